"""Migration operations that give a tenant table its row security and its composite keys."""

from typing import Any, Literal

from django.db.migrations.operations.base import Operation
from typing_extensions import override

IN_TENANT = "{column} = (SELECT mnemoscope_context('t'))"
OnDelete = Literal["RESTRICT", "CASCADE", "SET NULL"]


class TableOperation(Operation):
    """Changes the database only, and only forwards: dropping the table undoes it."""

    reversible = True

    def __init__(self, table: str) -> None:
        self.table = table

    @override
    def state_forwards(self, app_label: str, state: Any) -> None:
        return

    @override
    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        return


class EnableRowSecurity(TableOperation):
    """Enables and forces row security: a row exists only in its own tenant's scope.

    `append_only` withholds UPDATE and DELETE from the app role and refuses them by trigger. The
    readonly role reads what row security divides, and no session, password or second factor.
    """

    def __init__(self, table: str, *, column: str = "tenant_id", append_only: bool = False) -> None:
        super().__init__(table)
        self.column = column
        self.append_only = append_only

    @override
    def describe(self) -> str:
        return f"Row security on {self.table}"

    @override
    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        rule = IN_TENANT.format(column=self.column)
        schema_editor.execute(f"ALTER TABLE {self.table} ENABLE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {self.table} FORCE ROW LEVEL SECURITY")
        schema_editor.execute(
            f"CREATE POLICY tenant ON {self.table} USING ({rule}) WITH CHECK ({rule})"
        )
        schema_editor.execute(f"GRANT SELECT ON {self.table} TO mnemoscope_readonly")
        if self.column == "tenant_id":
            schema_editor.execute(
                f"ALTER TABLE {self.table} ADD CONSTRAINT {self.table}_tenant"
                " FOREIGN KEY (tenant_id) REFERENCES tenancy_tenant (id) ON DELETE RESTRICT"
            )
        if self.append_only:
            schema_editor.execute(f"REVOKE UPDATE, DELETE ON {self.table} FROM mnemoscope_app")
            schema_editor.execute(
                f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {self.table}"
                " FOR EACH ROW EXECUTE FUNCTION mnemoscope_refuse_change()"
            )


class AddTenantForeignKey(TableOperation):
    """A foreign key that carries the tenant, so that a row cannot point into another one."""

    def __init__(
        self, table: str, column: str, target: str, *, on_delete: OnDelete = "RESTRICT"
    ) -> None:
        super().__init__(table)
        self.column = column
        self.target = target
        self.on_delete = on_delete

    @override
    def describe(self) -> str:
        return f"{self.table}.{self.column} points at {self.target} in the same tenant"

    @override
    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        # SET NULL must spare tenant_id, which the composite key shares.
        action = f"SET NULL ({self.column})" if self.on_delete == "SET NULL" else self.on_delete
        schema_editor.execute(
            f"ALTER TABLE {self.table} ADD CONSTRAINT {self.table}_{self.column}_fk"
            f" FOREIGN KEY (tenant_id, {self.column}) REFERENCES {self.target} (tenant_id, id)"
            f" ON DELETE {action}"
        )


class AllowBlanking(TableOperation):
    """Of an append-only table the words in `columns` may be blanked, and nothing else may change.

    For erasures: what people wrote can name a person, and history must not be a reason to keep it.
    """

    def __init__(self, table: str, *columns: str) -> None:
        super().__init__(table)
        self.columns = columns

    @override
    def describe(self) -> str:
        return f"{self.table}: {', '.join(self.columns)} may be blanked"

    @override
    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        arguments = ", ".join(f"'{column}'" for column in self.columns)
        schema_editor.execute(
            f"GRANT UPDATE ({', '.join(self.columns)}) ON {self.table} TO mnemoscope_app"
        )
        schema_editor.execute(f"DROP TRIGGER append_only ON {self.table}")
        schema_editor.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {self.table}"
            f" FOR EACH ROW EXECUTE FUNCTION mnemoscope_only_blank({arguments})"
        )

    @override
    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        schema_editor.execute(
            f"REVOKE UPDATE ({', '.join(self.columns)}) ON {self.table} FROM mnemoscope_app"
        )
        schema_editor.execute(f"DROP TRIGGER append_only ON {self.table}")
        schema_editor.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {self.table}"
            " FOR EACH ROW EXECUTE FUNCTION mnemoscope_refuse_change()"
        )
