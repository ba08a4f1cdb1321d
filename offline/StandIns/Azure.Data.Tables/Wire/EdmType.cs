using System.Text.Json;

namespace Azure.Data.Tables.Wire;

/// <summary>
/// The types of columns.
/// Source: https://learn.microsoft.com/rest/api/storageservices/payload-format-for-table-service-operations
/// </summary>
internal enum EdmType
{
    Plain = 0,
    Binary,
    DateTime,
    Double,
    Guid,
    Int64,
}

/// <summary>Reads a type annotation.</summary>
internal static class EdmTypeReader
{
    public static EdmType ReadEdmType(this ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("Edm.Binary"u8))
            return EdmType.Binary;
        if (reader.ValueTextEquals("Edm.Int64"u8))
            return EdmType.Int64;
        if (reader.ValueTextEquals("Edm.DateTime"u8))
            return EdmType.DateTime;
        if (reader.ValueTextEquals("Edm.Double"u8))
            return EdmType.Double;
        if (reader.ValueTextEquals("Edm.Guid"u8))
            return EdmType.Guid;
        if (reader.ValueTextEquals("Edm.String"u8) || reader.ValueTextEquals("Edm.Boolean"u8) || reader.ValueTextEquals("Edm.Int32"u8))
            return EdmType.Plain;
        throw new NotSupportedException($"{reader.GetString()} is none of Table Storage's types.");
    }
}
