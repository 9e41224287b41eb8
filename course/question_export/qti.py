"""Questions as a package of IMS QTI 2.1: a zip with a manifest and a file for each question.

A question with choices is a `choiceInteraction`, one for a number a `textEntryInteraction`, and one for
words an `extendedTextInteraction`, which a person has to judge. Whatever is answered, its reason is shown.
The specification: https://www.imsglobal.org/question/qtiv2p1/imsqti_implv2p1.html
"""

import zipfile
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from course.question_export.items import Item, as_html, in_words
from course.questions import Question, as_number

SPACE = "http://www.imsglobal.org/xsd/imsqti_v2p1"
SCHEMA = "http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
ITEM = f"""\
<assessmentItem xmlns="{SPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xsi:schemaLocation="{SPACE} {SCHEMA}"
 identifier="{{name}}" title={{title}} adaptive="false" timeDependent="false">
{{response}}
<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float">
<defaultValue><value>0</value></defaultValue>
</outcomeDeclaration>
<outcomeDeclaration identifier="FEEDBACK" cardinality="single" baseType="identifier"/>
<itemBody><div>{{text}}</div>{{interaction}}</itemBody>
<responseProcessing>{{processing}}</responseProcessing>
{{feedback}}
</assessmentItem>
"""
MANIFEST = """\
<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" identifier="deep-cnn-questions">
<metadata><schema>QTIv2.1 Package</schema><schemaversion>1.0.0</schemaversion></metadata>
<organizations/>
<resources>
{resources}
</resources>
</manifest>
"""
RESOURCE = (
    '<resource identifier="{0}" type="imsqti_item_xmlv2p1" href="{0}.xml"><file href="{0}.xml"/></resource>'
)
ANSWERED = '<variable identifier="RESPONSE"/>'
RIGHT = '<setOutcomeValue identifier="SCORE"><baseValue baseType="float">1</baseValue></setOutcomeValue>'


def write(items: list[Item], path: Path) -> None:
    """Write the package.

    Raises:
        ValueError: a question is no XML; the message names it.
    """
    resources = "\n".join(RESOURCE.format(item.name) for item in items)
    files = {"imsmanifest.xml": MANIFEST.format(resources=resources)}
    files |= {f"{item.name}.xml": as_xml(item) for item in items}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in files.items():
            package.writestr(name, DECLARATION + text)


def as_xml(item: Item) -> str:
    """Return a question as an `assessmentItem`.

    Raises:
        ValueError: HTML in the question is no XML.
    """
    question = item.question
    kind = _choices if question.choices else _words if question.number is None else _number
    parts = kind(question) | {"text": as_html(question.text)}
    text = ITEM.format(name=item.name, title=quoteattr(item.title), **parts)
    try:
        ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise ValueError(f"{item.title} cannot be written as XML ({error}).") from error
    return text


def _choices(question: Question) -> dict[str, str]:
    choices = "".join(
        f'<simpleChoice identifier="{letter}">{as_html(text)}</simpleChoice>'
        for letter, text in question.choices.items()
    )
    is_right = f'<match>{ANSWERED}<correct identifier="RESPONSE"/></match>'
    return {
        "response": _response("identifier", question.answer),
        "interaction": '<choiceInteraction responseIdentifier="RESPONSE" shuffle="false" maxChoices="1">'
        f"{choices}</choiceInteraction>",
        "processing": f"<responseCondition><responseIf>{is_right}{RIGHT}</responseIf></responseCondition>"
        f'<setOutcomeValue identifier="FEEDBACK">{ANSWERED}</setOutcomeValue>',
        "feedback": _feedback({question.answer: question.why, **question.reasons}),
    }


def _number(question: Question) -> dict[str, str]:
    names = {label: f"wrong-{place}" for place, label in enumerate(question.reasons, start=1)}
    wrong = "".join(
        f"<responseElseIf>{_equals(as_number(label))}{_show(name)}</responseElseIf>"
        for label, name in names.items()
    )
    told = {"right": f"**{question.answer}.** {question.why}"}
    return {
        "response": _response("float", f"{question.number:.12g}"),
        "interaction": '<p><textEntryInteraction responseIdentifier="RESPONSE" expectedLength="12"/></p>',
        "processing": f"<responseCondition><responseIf>{_equals(question.number)}{RIGHT}{_show('right')}"
        f"</responseIf>{wrong}</responseCondition>",
        "feedback": _feedback(told | {name: question.reasons[label] for label, name in names.items()}),
    }


def _words(question: Question) -> dict[str, str]:
    return {
        "response": '<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="string"/>',
        "interaction": '<extendedTextInteraction responseIdentifier="RESPONSE" expectedLines="3"/>',
        "processing": _show("answer"),
        "feedback": _feedback({"answer": in_words(question)}),
    }


def _response(kind: str, right: str) -> str:
    value = f"<correctResponse><value>{escape(right)}</value></correctResponse>"
    start = f'<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="{kind}">'
    return f"{start}{value}</responseDeclaration>"


def _equals(number: float | None) -> str:
    value = f'<baseValue baseType="float">{number:.12g}</baseValue>'
    return f'<equal toleranceMode="exact">{ANSWERED}{value}</equal>'


def _show(name: str) -> str:
    shown = f'<baseValue baseType="identifier">{name}</baseValue>'
    return f'<setOutcomeValue identifier="FEEDBACK">{shown}</setOutcomeValue>'


def _feedback(texts: dict[str, str]) -> str:
    return "\n".join(
        f'<modalFeedback outcomeIdentifier="FEEDBACK" identifier="{name}" showHide="show">{as_html(text)}'
        "</modalFeedback>"
        for name, text in texts.items()
    )
