"""The menu of the demo: ten groups of columns, and an eleventh for what is not an original."""

from content.models import Column

ORIGINALS = ("article", "reprint")
MENU: dict[str, tuple[str, ...]] = {
    "前端技术": ("HTML", "CSS", "Javascript"),
    "前端框架和UI库": (
        *("VUE", "ReactJS", "AngularJS", "JQuery", "NodeJS", "JSON"),
        *("Element-UI", "Bootstrap", "Material UI"),
    ),
    "服务端和客户端": (
        *("Java", "Python", "PHP", "Golang", "Scala", "Kotlin", "Groovy", "Ruby", "Lua"),
        *(".net", "c#", "c++"),
    ),
    "后端WEB和工程框架": (
        *("SpringBoot", "SpringCloud", "Struts2", "MyBatis", "Hibernate", "Tornado", "Beego"),
        *("Go-Spring", "Go Gin", "Go Iris", "Dubbo", "HessianRPC", "Maven", "Gradle"),
    ),
    "数据库": ("MySQL", "Oracle", "Mongo"),
    "中间件与web容器": (
        *("Redis", "MemCache", "Etcd", "Cassandra", "Kafka", "RabbitMQ", "RocketMQ"),
        *("ActiveMQ", "Nacos", "Consul", "Tomcat", "Nginx", "Netty"),
    ),
    "大数据技术": (
        *("Hive", "Impala", "ClickHouse", "DorisDB", "Greenplum", "PostgreSQL", "HBase"),
        *("Kylin", "Hadoop", "Apache Pig", "ZooKeeper", "SeaTunnel", "Sqoop", "Datax"),
        *("Flink", "Spark", "Mahout"),
    ),
    "数据搜索与日志": ("ElasticSearch", "Apache Lucene", "Apache Solr", "Kibana", "Logstash"),
    "数据可视化与OLAP": ("Apache Atlas", "Superset", "Saiku", "Tesseract"),
    "系统与容器": ("Linux", "Shell", "Docker", "Kubernetes"),
}
RESOURCES = "资源"
RESOURCE_COLUMNS: dict[str, tuple[str, ...]] = {
    "转载文章": ("reprint",),
    "建站模板下载": ("template",),
    "JQuery插件下载": ("plugin",),
}


def make_columns() -> int:
    """Make what is not there, in the order of the menu; how many were made."""
    made = 0
    tree: dict[str, dict[str, tuple[str, ...]]] = {
        group: dict.fromkeys(leaves, ORIGINALS) for group, leaves in MENU.items()
    }
    tree[RESOURCES] = RESOURCE_COLUMNS
    for group_position, (group, leaves) in enumerate(tree.items(), 1):
        parent, is_new = Column.objects.get_or_create(
            parent=None, name=group, defaults={"position": group_position * 10}
        )
        made += is_new
        for position, (name, holds) in enumerate(leaves.items(), 1):
            _leaf, is_new = Column.objects.get_or_create(
                parent=parent,
                name=name,
                defaults={"position": position * 10, "holds": list(holds)},
            )
            made += is_new
    return made
