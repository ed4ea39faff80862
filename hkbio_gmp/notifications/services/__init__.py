"""Commands of notifications: queue within a unit of work, deliver outside of any, mark read."""

from hkbio_gmp.notifications.services.delivery import Delivery, deliver_due
from hkbio_gmp.notifications.services.queueing import Recipient, queue_for_all, queue_message
from hkbio_gmp.notifications.services.reading import mark_read

__all__ = [
    "Delivery",
    "Recipient",
    "deliver_due",
    "mark_read",
    "queue_for_all",
    "queue_message",
]
