"""Office documents made from their XML, for what no library writes."""

# ruff: noqa: E501  # XML reads better in whole lines

from __future__ import annotations

from tests.data.build import OFFICE, zipped

MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_MAIN = "http://purl.oclc.org/ooxml/wordprocessingml/main"
STRICT_RELATIONSHIPS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/{}" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document'
    '.main+xml"/></Types>'
)
_RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}'
    "</Relationships>"
)
_SPACES = (
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(content: str, properties: str = "") -> str:
    content = content if content.startswith("<") or not content else run(content)
    return f"<w:p><w:pPr>{properties}</w:pPr>{content}</w:p>"


def table(*rows: str) -> str:
    return f"<w:tbl><w:tblPr/>{''.join(rows)}</w:tbl>"


def row(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def cell(content: str) -> str:
    return f"<w:tc><w:tcPr/>{content if content.startswith('<') else paragraph(content)}</w:tc>"


def docx(body: str, main: str = "word/document.xml", strict: bool = False, core: str = "", **parts: str) -> bytes:
    """`parts` are further parts of the document by their kinds: styles, numbering, footnotes, diagramData."""
    word = STRICT_MAIN if strict else MAIN
    related = STRICT_RELATIONSHIPS if strict else RELATIONSHIPS
    spaces = f'xmlns:w="{word}" xmlns:r="{related}" {_SPACES}'
    folder, name = main.rsplit("/", 1)
    relations = "".join(f'<Relationship Id="{kind}" Type="{related}/{kind}" Target="{kind}.xml"/>' for kind in parts)
    files = {
        "[Content_Types].xml": _TYPES.format(main),
        "_rels/.rels": _RELS.format(
            f'<Relationship Id="r1" Type="{related}/officeDocument" Target="{main}"/>'
            + ('<Relationship Id="r2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/'
               'core-properties" Target="docProps/core.xml"/>' if core else "")
        ),
        main: f'<?xml version="1.0"?><w:document {spaces}><w:body>{body}</w:body></w:document>',
        f"{folder}/_rels/{name}.rels": _RELS.format(relations),
        **{f"{folder}/{kind}.xml": f'<?xml version="1.0"?><w:{kind} {spaces}>{xml}</w:{kind}>' for kind, xml in parts.items()},
    }  # fmt: skip
    if core:
        files["docProps/core.xml"] = (
            '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
            f'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">{core}'
            "</cp:coreProperties>"
        )
    return zipped(files)


def odt_styled(body: str, styles: str) -> bytes:
    """An OpenDocument text with styles and no properties."""
    names = {
        "office": f"{OFFICE}:office:1.0", "text": f"{OFFICE}:text:1.0", "table": f"{OFFICE}:table:1.0",
        "style": f"{OFFICE}:style:1.0", "draw": f"{OFFICE}:drawing:1.0", "svg": f"{OFFICE}:svg-compatible:1.0",
        "xlink": "http://www.w3.org/1999/xlink",
    }  # fmt: skip
    spaces = " ".join(f'xmlns:{name}="{space}"' for name, space in names.items())
    return zipped({
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": f"<?xml version='1.0'?><office:document-content {spaces}><office:automatic-styles>{styles}"
        f"</office:automatic-styles><office:body><office:text>{body}</office:text></office:body>"
        "</office:document-content>",
        "Object 1/content.xml": '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>h</mi><mo>=</mo><mn>42</mn></math>',
    })  # fmt: skip
