from django.db import migrations

TEXTS = {
    "template": {
        "purpose": "您将下载一个{kind}“{title}”（{version} 版），压缩包里有以下文件：",
        "disclaimer": (
            "本站提供{kind}，供学习、研究和搭建网站时参考。模板按现状提供，不附带任何担保；"
            "正式使用之前，请在自己的环境里充分测试。\n\n"
            "“{title}”整体标明的授权方式是 {licence}，其中的图片、字体、图标和脚本可能另有各自的授权。"
            "网站上线之前请逐一核对：要求署名的保留署名，不允许商用的换成自己的素材。\n\n"
            "免责声明：模板的权利归原作者所有，使用的后果由使用者自行承担。如果这里的内容侵犯了您的权益，"
            "请通过页面下方的“举报”链接告诉我们；每一条举报我们都会核实，不应出现的内容会立即下架。"
        ),
    },
    "plugin": {
        "purpose": "您将下载一个 {kind}“{title}”（{version} 版），压缩包里有以下文件：",
        "disclaimer": (
            "本站提供 {kind}，供学习、研究和开发时参考。插件按现状提供，不附带任何担保；"
            "正式使用之前，请通读代码，并在自己所用的 jQuery 版本和浏览器上充分测试。\n\n"
            "“{title}”整体标明的授权方式是 {licence}，随附的示例、图片和第三方脚本可能另有各自的授权。"
            "请逐一核对，并按要求保留作者的署名和授权声明。\n\n"
            "免责声明：插件的权利归原作者所有，使用的后果由使用者自行承担。如果这里的内容侵犯了您的权益，"
            "请通过页面下方的“举报”链接告诉我们；每一条举报我们都会核实，不应出现的内容会立即下架。"
        ),
    },
}


def write(apps, schema_editor):
    """Give each kind its texts, unless somebody wrote them already; safe to run twice."""
    rows = apps.get_model("downloads", "KindText").objects.using(schema_editor.connection.alias)
    for kind, texts in TEXTS.items():
        rows.get_or_create(kind=kind, defaults=texts)


class Migration(migrations.Migration):

    dependencies = [
        ("downloads", "0004_kindtext"),
    ]

    operations = [
        migrations.RunPython(write, migrations.RunPython.noop),
    ]
