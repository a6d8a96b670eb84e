from console.keys.models.data_key import DataKey, Purpose, associated_data
from console.keys.models.signing_key import SigningKey
from console.keys.models.suppressed_name import SuppressedName

__all__ = ["DataKey", "Purpose", "SigningKey", "SuppressedName", "associated_data"]
