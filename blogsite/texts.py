"""Texts of Django's admin and of other apps that our Chinese catalogue translates itself.

Nothing imports this module. `makemessages` reads it, so that these messages stay in our
catalogue, which Django asks before those of the apps.
"""

from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy

# Without a Chinese text in Django, django-reversion and django-axes. Dropped when they have one.
MISSING = [
    _("Model name"),
    _("Add link"),
    _("Change or view list link"),
    _("After you’ve created a user, you’ll be able to edit more user options."),
    _("Error:"),
    _("Forgotten your login credentials?"),
    _("In case you’ve forgotten, you are:"),
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
        "count",
    ),
    _("%(model)s instance with %(field)s %(value)r is not a valid choice."),
    ngettext_lazy("0 of %(count)d selected", "0 of %(count)d selected", "count"),
    _("revision"),
    _("revisions"),
    _("Reversion"),
    _("access attempt"),
    _("access attempt expiration"),
    _("access failure"),
    _("access log"),
]

# With a Chinese text that is wrong (“Delete selected” reads “deselect”), says 您, or sets spaces
# and half-width stops between Chinese words.
REWORDED = [
    _("Add"),
    _("Add %s"),
    _("Add %(name)s"),
    _("Change %s"),
    _("View %s"),
    _("Select %s"),
    _("Select %s to change"),
    _("Select %s to view"),
    _("Add another %(verbose_name)s"),
    _(" By %(filter_title)s "),
    _("Action"),
    _("Action:"),
    _("Recent actions"),
    _("My actions"),
    _("Log out"),
    _("Logged out"),
    _("Delete selected %(verbose_name_plural)s"),
    _("Successfully deleted %(count)d %(items)s."),
    _("Added {name} “{object}”."),
    _("Changed {fields} for {name} “{object}”."),
    _("Deleted {name} “{object}”."),
    _("Changed {fields}."),
    _("The {name} “{obj}” was added successfully."),
    _("You may edit it again below."),
    _("The {name} “{obj}” was added successfully. You may add another {name} below."),
    _("The {name} “{obj}” was changed successfully. You may edit it again below."),
    _("The {name} “{obj}” was changed successfully. You may add another {name} below."),
    _("The {name} “{obj}” was changed successfully."),
    _("The %(name)s “%(obj)s” was deleted successfully."),
    ngettext_lazy(
        "%(count)s %(name)s was changed successfully.",
        "%(count)s %(name)s were changed successfully.",
        "count",
    ),
    _("Items must be selected in order to perform actions on them. No items have been changed."),
    _("No action selected."),
    _("%(name)s with ID “%(key)s” doesn’t exist. Perhaps it was deleted?"),
    _("Change history: %s"),
    _("%(app)s administration"),
    _("Models in the %(name)s application"),
    _("Select all %(total_count)s %(module_name)s"),
    _("Sorting priority: %(priority_number)s"),
    _("%(full_result_count)s total"),
    _("Change selected %(model)s"),
    _("Add another %(model)s"),
    _("Delete selected %(model)s"),
    _("View selected %(model)s"),
    _(
        "Deleting %(class_name)s %(instance)s would require deleting the following protected "
        "related objects: %(related_objects)s"
    ),
    _(
        "Deleting the %(object_name)s '%(escaped_object)s' would result in deleting related "
        "objects, but your account doesn't have permission to delete the following types of "
        "objects:"
    ),
    _(
        "Deleting the %(object_name)s '%(escaped_object)s' would require deleting the "
        "following protected related objects:"
    ),
    _(
        'Are you sure you want to delete the %(object_name)s "%(escaped_object)s"? All of '
        "the following related items will be deleted:"
    ),
    _(
        "Deleting the selected %(objects_name)s would result in deleting related objects, "
        "but your account doesn't have permission to delete the following types of objects:"
    ),
    _(
        "Deleting the selected %(objects_name)s would require deleting the following "
        "protected related objects:"
    ),
    _(
        "Are you sure you want to delete the selected %(objects_name)s? All of the following "
        "objects and their related items will be deleted:"
    ),
    _("Yes, I’m sure"),
    _(
        "Please enter the correct %(username)s and password for a staff account. Note that "
        "both fields may be case-sensitive."
    ),
    _(
        "You are authenticated as %(username)s, but are not authorized to access this page. "
        "Would you like to login to a different account?"
    ),
    _("Thanks for spending some quality time with the web site today."),
    _(
        "Please enter your old password, for security’s sake, and then enter your new "
        "password twice so we can verify you typed it in correctly."
    ),
    _(
        "There’s been an error. It’s been reported to the site administrators via email and "
        "should be fixed shortly. Thanks for your patience."
    ),
    _(
        "Designates whether this user should be treated as active. Unselect this instead of "
        "deleting accounts."
    ),
    _("Designates whether the user can log into this admin site."),
    _("Designates that this user has all permissions without explicitly assigning them."),
    _(
        "The groups this user belongs to. A user will get all permissions granted to each of "
        "their groups."
    ),
    _("Recover deleted %(name)s"),
    _("Recover %(name)s"),
    _("Revert %(name)s"),
    _("Revert %(verbose_name)s"),
    _("Choose a date from the list below to revert to a previous version of this object."),
    _("Choose a date from the list below to recover a deleted version of an object."),
    _("Press the save button below to recover this version of the object."),
    _("Press the save button below to revert to this version of the object."),
    _("There are no deleted objects to recover."),
    _("Save and add another"),
    _("Select this object for an action - {}"),
]

# The history of admin keeps the English label of a field that was changed, and translates it
# when it is shown: names of fields with the capital letter that forms give them.
LABELS = [
    _("Term"),
    _("Explanation"),
    _("Marked in articles"),
    _("Other names"),
    _("Poet"),
    _("Line"),
    _("Poem"),
    _("Command"),
    _("Meaning"),
    _("Name of the site"),
    _("Tagline"),
    _("Notice"),
    _("Public security number"),
    _("ICP number"),
    _("About page"),
    _("Purpose sentence"),
    _("Disclaimer"),
    _("Word"),
    _("Words"),
    _("Query"),
    _("Tag"),
    _("Title"),
    _("Kind"),
    _("Pen name"),
    _("Summary"),
    _("Cover"),
    _("Status"),
    _("Published at"),
    _("Address"),
    _("Address of the source"),
    _("Address of a demo"),
    _("Name"),
    _("Group"),
    _("Description"),
    _("Position"),
    _("Picture"),
    _("About the author"),
    _("Editor"),
    _("received"),
    _("Username"),
    _("First name"),
    _("Last name"),
    _("Active"),
    _("Staff status"),
    _("Superuser status"),
    _("Groups"),
    _("User permissions"),
    _("Last login"),
    _("Date joined"),
]
