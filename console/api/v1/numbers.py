"""A setting made of numbers, as the API takes it and shows it."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.fields import Field
from typing_extensions import override

from console.api.fields import NumberField, WholeNumberField
from console.api.serializers import StrictSerializer
from console.api.v1.answers import Author, Shape, as_json
from console.platform.numbers import Numbers
from console.tenancy.setting import Setting

Fields = dict[str, Field[Any, Any, Any, Any]]
MAX_REASON = 200


class NumbersBody(StrictSerializer):
    numbers: ClassVar[type[Numbers]]

    @override
    def get_fields(self) -> Fields:
        usual = self.numbers().as_dict()
        fields: Fields = {}
        for name, (low, high) in self.numbers.bounds().items():
            number: Any = WholeNumberField if self.numbers.is_whole(name) else NumberField
            fields[name] = number(
                required=False,
                min_value=low,
                max_value=high,
                help_text=f"By default {usual[name]:g}.",
            )
        return fields


class SettingAnswer(Shape):
    numbers: ClassVar[type[Numbers]]
    # What the answer calls them.
    named: ClassVar[str]

    defaults = serializers.DictField(child=serializers.FloatField())
    set_at = serializers.DateTimeField(allow_null=True, help_text="null: the defaults hold.")
    set_by = Author(allow_null=True)
    reason = serializers.CharField(allow_null=True)

    @override
    def get_fields(self) -> Fields:
        chosen = serializers.DictField(child=serializers.FloatField())
        return {self.named: chosen, **super().get_fields()}


def shown_setting(shape: type[SettingAnswer], setting: Setting | None) -> dict[str, Any]:
    defaults = shape.numbers()
    author = setting and {
        "kind": setting.set_by_kind,
        "id": setting.set_by_id,
        "label": setting.set_by_label,
    }
    return as_json(
        shape,
        {
            shape.named: (setting.numbers if setting else defaults).as_dict(),
            "defaults": defaults.as_dict(),
            "set_at": setting and setting.set_at,
            "set_by": author,
            "reason": (setting and setting.reason) or None,
        },
    )
