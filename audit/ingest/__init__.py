"""From an OTLP body to committed rows.

`inflate` → `decode_protobuf` or `decode_json` → `dialects.normalise` → `store`, put together by
`receive`. No HTTP in here: the door is `console.api.otlp`.
"""
