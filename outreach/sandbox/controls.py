"""The switches of a running sandbox: behaviour and faults, kept across restarts."""

from outreach.sandbox import faults, keeping
from outreach.sandbox.behaviour import Behaviour
from outreach.sandbox.faults import Fault, Faults
from outreach.sandbox.store import Store


class Controls:
    """The behaviour and faults in force. Read by the event loop, changed here only."""

    def __init__(self, store: Store, behaviour: Behaviour, active: list[Fault]) -> None:
        self._store = store
        self.behaviour = behaviour
        self.faults = active

    @classmethod
    async def load(cls, store: Store) -> "Controls":
        """Read the switches as they were left."""
        behaviour = await store.read(keeping.kept, "behaviour", "{}")
        active = await store.read(keeping.kept, "faults", "[]")
        return cls(store, Behaviour.model_validate_json(behaviour), Faults.validate_json(active))

    async def behave(self, behaviour: Behaviour) -> None:
        """Put a behaviour in force for what is accepted from now on."""
        self.behaviour = behaviour
        await self._store.write(keeping.keep, "behaviour", behaviour.model_dump_json())

    async def trouble(self, wanted: list[Fault]) -> None:
        """Replace the faults."""
        self.faults = wanted
        await self._store.write(keeping.keep, "faults", Faults.dump_json(wanted).decode())

    async def strike(self) -> Fault | None:
        """Draw the fault of one call and count it down."""
        fault, left = faults.draw(self.faults)
        if left != self.faults:
            await self.trouble(left)
        return fault
