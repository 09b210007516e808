"""COBie 2.4's rules on upkeep and papers: Spare, Resource, Job, Document, Attribute and others."""

from arxos.domain.handover.cobie_assets import MORE_UNITS_OF_TIME, UNITS_OF_TIME, names_sheet
from arxos.domain.handover.cobie_rule import INFO, WARNING, CobieRule, SheetRules

_spare = SheetRules("Spare")
_resource = SheetRules("Resource")
_job = SheetRules("Job")
_impact = SheetRules("Impact")
_document = SheetRules("Document")
_attribute = SheetRules("Attribute")
_coordinate = SheetRules("Coordinate")
_issue = SheetRules("Issue")

SPARE: tuple[CobieRule, ...] = (
    _spare.columns(),
    *_spare.key("Name", "the spare part's name", "TypeName"),
    *_spare.made(),
    _spare.filled("Category", "the kind of spare part", WARNING),
    _spare.one_of(
        "Category", "Lubricant|Part|Part Set|Other", INFO, also="PartSet|Parts|Spare|Spare Part|Set"
    ),
    _spare.filled("TypeName", "the Name of the type that it is for"),
    _spare.refers("TypeName", "Type", many=True),
    _spare.filled("Suppliers", "the e-mail addresses of who sells it", WARNING, or_na=True),
    _spare.refers("Suppliers", "Contact", "Email", many=True),
)

RESOURCE: tuple[CobieRule, ...] = (
    _resource.columns(),
    *_resource.key("Name", "the resource's name"),
    *_resource.made(),
    _resource.filled("Category", "Labor, Material, Tools or Training", WARNING),
    _resource.one_of(
        "Category", "Labor|Material|Tools|Training", INFO, also="Labour|Materials|Tool"
    ),
)

JOB: tuple[CobieRule, ...] = (
    _job.columns(),
    *_job.key("Name", "the job's name", "TypeName", "TaskNumber"),
    *_job.made(),
    _job.filled("Category", "the kind of job", WARNING),
    _job.one_of(
        "Category",
        "Adjustment|Calibration|Emergency|Inspection|Operation|PM|Safety|ShutDown|StartUp|Testing"
        "|Trouble",
        INFO,
        also="Preventive Maintenance|Maintenance|Test|Warranty",
    ),
    _job.filled("Status", "how far the job is", WARNING),
    _job.one_of("Status", "Not Yet Started|Started|Completed", INFO, also="NotStarted|Complete"),
    _job.filled("TypeName", "the Name of the type that the job is done on"),
    _job.refers("TypeName", "Type", many=True),
    _job.filled("Description", "what is to be done", WARNING),
    _job.filled("Duration", "how long the job takes", WARNING, or_na=True),
    _job.number("Duration", "of DurationUnit", least=0, most=100_000),
    _job.filled("DurationUnit", "the unit of Duration", WARNING, or_na=True),
    _job.one_of("DurationUnit", UNITS_OF_TIME, also=MORE_UNITS_OF_TIME),
    _job.filled("Start", "when the job is done first", WARNING, or_na=True),
    _job.filled("TaskStartUnit", "the unit of Start", INFO, or_na=True),
    _job.filled("Frequency", "how often the job is done", WARNING, or_na=True),
    _job.number("Frequency", "of FrequencyUnit", least=0, most=100_000),
    _job.filled("FrequencyUnit", "the unit of Frequency", WARNING, or_na=True),
    _job.one_of("FrequencyUnit", UNITS_OF_TIME, also=MORE_UNITS_OF_TIME),
    _job.filled("TaskNumber", "the task's number", WARNING, or_na=True),
    _job.filled("ResourceNames", "the Names of what the job needs", WARNING, or_na=True),
    _job.refers("ResourceNames", "Resource", severity=WARNING, many=True),
)

IMPACT: tuple[CobieRule, ...] = (
    _impact.columns(),
    *_impact.key("Name", "the impact's name", "ImpactType", "ImpactStage", "SheetName", "RowName"),
    *_impact.made(),
    _impact.filled("ImpactType", "the kind of impact", WARNING),
    _impact.filled("ImpactStage", "the stage at which it occurs", WARNING),
    _impact.filled("SheetName", "the sheet that RowName is on"),
    names_sheet(_impact, "SheetName"),
    _impact.filled("RowName", "the Name of the row that it is about"),
    _impact.refers_to_row("RowName", "SheetName"),
    _impact.filled("Value", "how much it is"),
    _impact.number("Value", "of ImpactUnit"),
    _impact.filled("ImpactUnit", "the unit of Value", WARNING, or_na=True),
)

DOCUMENT: tuple[CobieRule, ...] = (
    _document.columns(),
    *_document.key("Name", "the document's name", "Stage", "SheetName", "RowName"),
    *_document.made(),
    _document.filled("Category", "the kind of document, such as Product Data or Warranty", WARNING),
    _document.filled("ApprovalBy", "who approves it", WARNING, or_na=True),
    _document.filled("Stage", "the stage it belongs to, such as As Built", WARNING, or_na=True),
    _document.filled("SheetName", "the sheet that RowName is on"),
    names_sheet(_document, "SheetName"),
    _document.filled("RowName", "the Name of what the document is about"),
    _document.refers_to_row("RowName", "SheetName", many=True),
    _document.filled("Directory", "the folder or address of the file", WARNING, or_na=True),
    _document.filled("File", "the file's name", WARNING, or_na=True),
)

ATTRIBUTE: tuple[CobieRule, ...] = (
    _attribute.columns(),
    *_attribute.key("Name", "the attribute's name", "SheetName", "RowName"),
    *_attribute.made(),
    _attribute.filled("Category", "the stage or source of the value", WARNING, or_na=True),
    _attribute.filled("SheetName", "the sheet that RowName is on"),
    names_sheet(_attribute, "SheetName"),
    _attribute.filled("RowName", "the Name of the row that the attribute is of"),
    _attribute.refers_to_row("RowName", "SheetName"),
    _attribute.filled("Value", "the value", WARNING, or_na=True),
    _attribute.filled("Unit", "the value's unit", INFO, or_na=True),
)

COORDINATE: tuple[CobieRule, ...] = (
    _coordinate.columns(),
    *_coordinate.key("Name", "the coordinate's name", "Category", "SheetName", "RowName"),
    *_coordinate.made(),
    _coordinate.filled("Category", "what the point is", WARNING),
    _coordinate.one_of(
        "Category", "point|line-end-one|line-end-two|box-lowerleft|box-upperright", INFO
    ),
    _coordinate.filled("SheetName", "the sheet that RowName is on"),
    names_sheet(_coordinate, "SheetName"),
    _coordinate.filled("RowName", "the Name of what stands there"),
    _coordinate.refers_to_row("RowName", "SheetName"),
    _coordinate.filled("CoordinateXAxis", "the position along x"),
    _coordinate.number("CoordinateXAxis", "in the facility's unit of length"),
    _coordinate.filled("CoordinateYAxis", "the position along y"),
    _coordinate.number("CoordinateYAxis", "in the facility's unit of length"),
    _coordinate.filled("CoordinateZAxis", "the position along z"),
    _coordinate.number("CoordinateZAxis", "in the facility's unit of length"),
)

ISSUE: tuple[CobieRule, ...] = (
    _issue.columns(),
    *_issue.key("Name", "the issue's name"),
    *_issue.made(),
    _issue.filled("Type", "the kind of issue", WARNING),
    _issue.one_of(
        "Risk", "Very Low|Low|Moderate|High", INFO, also="Medium|Very High|Unknown|Has Occurred"
    ),
    _issue.one_of(
        "Chance", "Very Low|Low|Moderate|High", INFO, also="Medium|Very High|Unknown|Has Occurred"
    ),
    _issue.one_of(
        "Impact", "Very Low|Low|Moderate|High", INFO, also="Medium|Very High|Unknown|Has Occurred"
    ),
    names_sheet(_issue, "SheetName1"),
    _issue.refers_to_row("RowName1", "SheetName1"),
    names_sheet(_issue, "SheetName2"),
    _issue.refers_to_row("RowName2", "SheetName2"),
    _issue.filled("Description", "what the issue is", WARNING),
    _issue.filled("Owner", "the e-mail address of who has to settle it", WARNING, or_na=True),
    _issue.refers("Owner", "Contact", "Email", WARNING),
)
