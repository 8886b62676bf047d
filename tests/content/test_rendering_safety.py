"""Hostile Markdown: nothing that leaves the renderer can run, load or clobber.

The payloads are made by families. What comes out is parsed back and compared with a list
of its own, so that a careless addition to the sanitizer's list fails here.
"""

import re
from html import unescape
from html.parser import HTMLParser
from itertools import product
from urllib.parse import unquote

from django.test import SimpleTestCase
from hypothesis import given, settings
from hypothesis import strategies as st

from content.rendering import RenderingRefused, render

_TAG_NAMES = """
    a abbr b blockquote br caption cite code col colgroup dd del details dfn div dl dt em
    figcaption figure h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp
    section small span strong sub summary sup table tbody td tfoot th thead tr u ul var wbr
"""
TAGS = set(_TAG_NAMES.split())
_ATTRIBUTES_NAMES = """
    align alt aria-label class colspan data-language decoding height href id loading open rel role
    rowspan scope src start tabindex title width
"""
ATTRIBUTES = set(_ATTRIBUTES_NAMES.split())
CLASSES = re.compile(
    r"box|box-title|tip|note|info|warning|danger|details|code|code-title|highlight|hll|align-\w+"
    r"|table-scroll|task|done|task-box|footnotes?|footnote-(?:ref|back)|heading-anchor"
    r"|(?:foreign|missing)-picture|language-[\w+#.-]+|[a-z][a-z0-9]{0,2}"
)


class Inspector(HTMLParser):
    """Collects whatever a browser should not be given."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.complaints: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag not in TAGS:
            self.complaints.append(f"<{tag}>")
        for name, value in attrs:
            self.attribute(tag, name, value or "")

    def attribute(self, tag: str, name: str, value: str) -> None:
        if name not in ATTRIBUTES:
            self.complaints.append(f"{tag} {name}={value}")
        elif name == "href" and not re.match(r"https?:|mailto:|[^:]*(?:[/?#]|$)", value):
            self.complaints.append(f"href {value}")
        elif name == "src" and not re.fullmatch(r"/(?:pictures|static)/[\w./-]+", value):
            self.complaints.append(f"src {value}")
        elif name == "id" and not re.fullmatch(r"(?:h-|fn-|fnref-)[\w-]+", value):
            self.complaints.append(f"id {value}")
        elif name == "class" and not all(map(CLASSES.fullmatch, value.split())):
            self.complaints.append(f"class {value}")

    def handle_comment(self, data):
        self.complaints.append("comment")

    handle_decl = handle_pi = unknown_decl = handle_comment


SCRIPTS = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "java&#10;script:alert(1)",
    "java&NewLine;script&colon;alert(1)",
    "&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)",
    "&#x6A;avascript&#x3A;alert(1)",
    "&#0000106avascript:alert(1)",
    "\x01javascript:alert(1)",
    "javascript&#x0;:alert(1)",
    "vbscript:msgbox(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "data:image/svg+xml,<svg onload=alert(1)>",
    "file:///etc/passwd",
    "feed:javascript:alert(1)",
    "view-source:javascript:alert(1)",
    "jav\u200bascript:alert(1)",
    "ｊavascript:alert(1)",
    "%6Aavascript:alert(1)",
    "blob:https://a.cn/1",
    "x-apple:1",
    "tel:1&#58;javascript:alert(1)",
]
LINK_FORMS = [
    "[a]({})",
    "[a](<{}>)",
    "[a]({} 'x\" onclick=alert(1)')",
    "<{}>",
    "[a]\n\n[a]: {}",
    "![a]({})",
    "[![a]({})]({})",
    '<a href="{}">a</a>',
    "<a href='{}'>a</a>",
    "<a href={}>a</a>",
    '<img src="{}" alt=a>',
    '<div>\n<a href="{}">a</a>\n<img src="{}">\n</div>',
    "## [a]({})",
    "|a|\n|-|\n|[a]({})|",
    "::: tip [a]({})\n[b]({})\n:::",
    "文[^1]\n\n[^1]: [a]({})",
]
HANDLERS = [
    f"<{tag} {handler}=alert(1){rest}>x</{tag}>"
    for tag, (handler, rest) in product(
        ("p", "div", "b", "img", "a", "details", "td", "span", "h1", "center", "body", "x-y"),
        (
            ("onclick", ""),
            ("ONERROR", " src=x"),
            ("onmouseover", ' style="position:fixed"'),
            ("/onload", " srcset=//e.cn/x"),
            ("ontoggle", " open autofocus tabindex=1"),
        ),
    )
]
ELEMENTS = [
    form.format(content)
    for form, content in product(
        (
            "<svg>{}</svg>",
            "<math><mtext>{}</mtext></math>",
            "<style>{}</style>",
            "<noscript>{}</noscript>",
            '<noscript><p title="</noscript>{}">',
            '<style><p title="</style>{}">',
            '<title><p title="</title>{}">',
            '<textarea><p title="</textarea>{}">',
            "<template>{}</template>",
            "<table><caption>{}</table>",
            "<math><mglyph><style><!--</style>{}-->",
            "<svg><desc><noscript></noscript>{}</desc></svg>",
            "<!--{}-->",
            "<!-->{}-->",
            "<!--!>{}",
            "<![CDATA[{}]]>",
            "<?php {} ?>",
            "<select>{}</select>",
            "<form><math><mtext></form><form><mglyph><svg><mtext><style><path id='</style>{}'>",
        ),
        (
            "<img src=x onerror=alert(1)>",
            "<script>alert(1)</script>",
            "<iframe src=//e.cn></iframe>",
            "<a href=javascript:alert(1) id=body name=cookie>x</a>",
        ),
    )
]
PLACES = [
    '<iframe srcdoc="<script>alert(1)</script>">',
    "<object data=javascript:alert(1)>",
    "<embed src=//e.cn/x.swf>",
    "<base href=//e.cn/>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<link rel=stylesheet href=//e.cn/x.css>",
    "<form action=//e.cn><input name=password><button formaction=javascript:alert(1)>x</button>",
    "<video src=//e.cn/v poster=//e.cn/p onerror=alert(1)></video>",
    "<audio src=//e.cn/v autoplay>",
    "<picture><source srcset=//e.cn/x><img src=//e.cn/y></picture>",
    "<img src=/pictures/a.png srcset=//e.cn/x onload=alert(1)>",
    "<img src=/\\e.cn/x.png><img src=//e.cn/x.png><img src=\\\\e.cn\\x>",
    "<img src=/pictures/../../e.cn><img src=/pictures//e.cn><img src='/pictures/%2e%2e/x'>",
    "<img src=/pictures/a.png\nonerror=alert(1)>",
    "<img/src=/pictures/a.png/onerror=alert(1)>",
    "<p style='background:url(//e.cn)' class='admin box evil' id=__proto__>x</p>",
    "<a id=location name=location href=# target=_blank ping=//e.cn download>x</a>",
    "<div role=dialog tabindex=1 contenteditable data-x=1 data-language='\"><script>'>x</div>",
    "<<script>script>alert(1)<</script>/script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script\x00>alert(1)</script>",
    "<a href='x' title='</a><script>alert(1)</script>'>x</a>",
    "<p title='`<img src=x onerror=alert(1)>`'>",
    "<plaintext><script>alert(1)</script>",
    "<unclosed <b onclick=alert(1)",
    '<a href="',
    "<a href='javascript:alert(1)",
    '<img alt="',
    "# <img src=x onerror=alert(1)>",
    "# x <script>alert(1)</script> {#id onclick=alert(1)}",
    '# "><script>alert(1)</script>',
    '```"><script>alert(1)</script>\nx\n```',
    '```js" onclick="alert(1)\nx\n```',
    "```&quot;&gt;&lt;script&gt;\nx\n```",
    '```html title="<script>alert(1)</script>"\n</code></pre><script>alert(1)</script>\n```',
    "    </code></pre><script>alert(1)</script>",
    "`</code><script>alert(1)</script>`",
    '::: "><script>alert(1)</script>\nx\n:::',
    "::: tip <script>alert(1)</script><img src=x onerror=alert(1)>\nx\n:::",
    '::: tip" onclick="alert(1)\nx\n:::',
    "|<script>|\n|:-:|\n|<img src=x onerror=alert(1)>|",
    "文[^<script>]\n\n[^<script>]: <img src=x onerror=alert(1)>",
    '[^"onclick=alert(1)]\n\n[^"onclick=alert(1)]: x',
    '!["><script>alert(1)</script>](https://e.cn/x.png)',
    '![a](https://e.cn/"onload=alert(1).png)',
    '![a](https://"><script>/x.png)',
    "![a](https://e.cn@[::1/x.png)",
    "![a](/pictures/a.png '\"><script>alert(1)</script>')",
    "[a](/x '\"><script>alert(1)</script>')",
    'http://e.cn/"onclick=alert(1)',
    "http://e.cn/<script>alert(1)</script>",
    "http://javascript:alert(1)@e.cn",
    "javascript://e.cn/%0aalert(1)",
    "- [x] <script>alert(1)</script>\n- [ ] <input type=text>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\\<script>alert(1)\\</script>",
]
LINKS = [form.replace("{}", script) for form, script in product(LINK_FORMS, SCRIPTS)]
PAYLOADS = [*LINKS, *HANDLERS, *ELEMENTS, *PLACES]

FRAGMENTS = [*"[]()<>!*_~`#|:-^&;\"'=/\\ \n\t", "\x00", "\ud800", "\r", "。", "中", "**", "~~~"]
FRAGMENTS += ["```", ":::", "::: tip", "[^1]", "[^1]: ", "- [ ] ", "|-|", "> ", "    ", "1. "]
FRAGMENTS += [
    "<a href=",
    "<img src=",
    "<script>",
    "</script>",
    "<svg>",
    "<!--",
    "-->",
    "<b>",
    "<T>",
]
FRAGMENTS += ["javascript:", "http://", "www.", "/pictures/a.png", "onerror=x", "<details>", "&#x"]


class PayloadTests(SimpleTestCase):
    def test_nothing_hostile_survives(self):
        self.assertGreater(len(PAYLOADS), 500)
        for payload in PAYLOADS:
            with self.subTest(payload):
                self.assertEqual(Inspector(render(payload).html).complaints, [])

    def test_nothing_hostile_survives_between_other_text(self):
        for payload in [*HANDLERS, *ELEMENTS, *PLACES]:
            with self.subTest(payload):
                html = render(f"> 前 {payload} 后\n\n* {payload}\n").html
                self.assertEqual(Inspector(html).complaints, [])

    def test_no_address_that_leaves_can_run(self):
        for payload in LINKS:
            with self.subTest(payload):
                addresses = re.findall(r'(?:href|src)="([^"]*)"', render(payload).html)
                for address in addresses:
                    bare = re.sub(r"[\x00-\x20]", "", unquote(unescape(address))).lower()
                    runs = ("javascript:", "vbscript:", "data:", "file:", "blob:")
                    self.assertFalse(bare.startswith(runs), bare)

    def test_what_is_legitimate_survives(self):
        source = "<kbd>Ctrl</kbd> H<sub>2</sub>O <ruby>汉<rt>hàn</rt></ruby><br>[a](mailto:a@b.cn)"
        html = render(source).html
        for piece in ("<kbd>", "<sub>", "<ruby>", "<rt>", "<br>", 'href="mailto:a@b.cn"'):
            self.assertIn(piece, html)


class AnyTextTests(SimpleTestCase):
    def check(self, source: str) -> None:
        try:
            rendered = render(source)
        except RenderingRefused:
            return
        self.assertEqual(Inspector(rendered.html).complaints, [])
        self.assertNotRegex(rendered.html + rendered.text, "[\x00\ud800-\udfff]")

    @settings(max_examples=150, deadline=None)
    @given(st.text(alphabet=st.characters(exclude_categories=()), max_size=300))
    def test_any_text_is_rendered_safely(self, source):
        self.check(source)

    @settings(max_examples=300, deadline=None)
    @given(st.lists(st.sampled_from(FRAGMENTS), max_size=60).map("".join))
    def test_any_heap_of_markup_is_rendered_safely(self, source):
        self.check(source)
