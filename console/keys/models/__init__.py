from console.keys.models.data_key import DataKey, Purpose, associated_data
from console.keys.models.signing_key import SigningKey

__all__ = ["DataKey", "Purpose", "SigningKey", "associated_data"]
