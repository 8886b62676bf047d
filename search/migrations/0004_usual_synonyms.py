"""Words of the trade that count as each other on every Chinese technical site.

Ordinary rows: admins change and delete them, and what was deleted does not come back.
"""

import secrets

from django.db import migrations

# One group a line, in the spelling that search folds to. Only what means the same wherever it
# stands: “index” and “container” are in the code of texts about anything, “es” is also a
# version of JavaScript; what is merely near, an admin of the site decides.
GROUPS = """
k8s, kubernetes
js, javascript
ts, typescript
py, python
go, golang
pg, postgres, postgresql
mq, 消息队列, message queue
nodejs, node.js
vue, vuejs, vue.js
reactjs, react.js
nextjs, next.js
cpp, c++
csharp, c#
regex, regexp, 正则表达式
ci/cd, cicd
jvm, java虚拟机
gc, 垃圾回收, garbage collection
orm, 对象关系映射
rpc, 远程过程调用
cdn, 内容分发网络
ide, 集成开发环境
ai, 人工智能
machine learning, 机器学习
deep learning, 深度学习
nlp, 自然语言处理
llm, 大模型, 大语言模型
rag, 检索增强生成
checkpoint, 检查点
watermark, 水位线
backpressure, 反压, 背压
deadlock, 死锁
thread pool, 线程池
connection pool, 连接池
cache, 缓存
transaction, 事务
sharding, 分片
load balancing, 负载均衡
microservice, 微服务
middleware, 中间件
serverless, 无服务器
cloud native, 云原生
data lake, 数据湖
data warehouse, 数据仓库, 数仓
lakehouse, 湖仓一体
模板, 模版
plugin, 插件
"""


def add(apps, schema_editor):
    using = schema_editor.connection.alias
    Synonym = apps.get_model("search", "Synonym")
    if Synonym.objects.using(using).exists():
        return  # somebody has made groups already, and knows better
    groups = [[word.strip() for word in line.split(",")] for line in GROUPS.split("\n") if line]
    Synonym.objects.using(using).bulk_create(Synonym(words=words) for words in groups)
    # The historical models send no signals: every process reads the vocabulary anew.
    apps.get_model("search", "Vocabulary").objects.using(using).update_or_create(
        pk=1, defaults={"value": secrets.token_hex(8)}
    )


class Migration(migrations.Migration):

    dependencies = [
        ("search", "0003_querycount"),
    ]

    operations = [
        migrations.RunPython(add, migrations.RunPython.noop),
    ]
