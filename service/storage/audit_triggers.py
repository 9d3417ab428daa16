"""Triggers that keep the audit log append-only on both databases; the migration installs them.

Only entries up to a prune that was written before (and signed) can be deleted, none can be changed. They stop mistakes
and injected statements; against who owns the database stand the chain and the signed heads outside it.
"""

from __future__ import annotations

REFUSAL = "the audit log is append-only"

# nothing in these statements comes from outside
SQLITE = (
    f"create trigger audit_no_update before update on audit_entries begin select raise(abort, '{REFUSAL}'); end",
    f"""create trigger audit_no_delete before delete on audit_entries
    when old.seq > coalesce((select max(seq) from audit_prunes), 0)
    begin select raise(abort, '{REFUSAL}'); end""",  # noqa: S608
    f"create trigger prunes_no_update before update on audit_prunes begin select raise(abort, '{REFUSAL}'); end",
    f"create trigger prunes_no_delete before delete on audit_prunes begin select raise(abort, '{REFUSAL}'); end",
)
POSTGRESQL = (
    f"""create function audit_refuse() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' and tg_table_name = 'audit_entries'
         and old.seq <= coalesce((select max(seq) from audit_prunes), 0) then
        return old;
      end if;
      raise exception '{REFUSAL}';
    end $$""",  # noqa: S608
    """create trigger audit_no_change before update or delete on audit_entries
    for each row execute function audit_refuse()""",
    """create trigger audit_no_truncate before truncate on audit_entries
    for each statement execute function audit_refuse()""",
    """create trigger prunes_no_change before update or delete on audit_prunes
    for each row execute function audit_refuse()""",
    """create trigger prunes_no_truncate before truncate on audit_prunes
    for each statement execute function audit_refuse()""",
)


def statements(dialect: str) -> tuple[str, ...]:
    """What makes the triggers on a database of this kind."""
    return POSTGRESQL if dialect == "postgresql" else SQLITE


def drop_statements(dialect: str) -> tuple[str, ...]:
    """What takes them away, for a restored backup that puts the whole log in place of another."""
    if dialect == "postgresql":
        on = {"audit_no_change": "audit_entries", "audit_no_truncate": "audit_entries",
              "prunes_no_change": "audit_prunes", "prunes_no_truncate": "audit_prunes"}  # fmt: skip
        return (*(f"drop trigger {name} on {where}" for name, where in on.items()), "drop function audit_refuse()")
    return tuple(
        f"drop trigger {n}" for n in ("audit_no_update", "audit_no_delete", "prunes_no_update", "prunes_no_delete")
    )
