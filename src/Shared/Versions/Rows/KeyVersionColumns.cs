using AtpKeyserver.Errors;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Versions.Rows;

/// <summary>The columns of a version, in its own row and, with a prefix, in the head row for the active one.</summary>
public static class KeyVersionColumns
{
    private const string VersionColumn = "Version";
    private const string CreatedColumn = "Created";
    private const string KeyColumn = "SealedKey";
    private const string PublicKeyColumn = "PublicKey";
    private const string ActivePrefix = "Active";

    public static void WriteActive(TableEntity head, KeyVersion active) => Write(head, active, ActivePrefix);

    /// <summary>The active version of a head. If the head was not verified, use only the number.</summary>
    /// <exception cref="TamperedException">A column is missing or invalid.</exception>
    public static KeyVersion ReadActive(TableEntity head, string table) => Read(head, table, ActivePrefix);

    internal static void Write(TableEntity row, KeyVersion version, string prefix = "")
    {
        row[prefix + VersionColumn] = version.Version;
        row[prefix + CreatedColumn] = version.Created.ToUnixTimeMilliseconds();
        row[prefix + KeyColumn] = version.SealedKey;
        if (version.PublicKey is not null)
            row[prefix + PublicKeyColumn] = version.PublicKey;
    }

    internal static KeyVersion Read(TableEntity row, string table, string prefix = "") => new(
        UnverifiedColumns.Get<int>(row, table, prefix + VersionColumn),
        UnverifiedColumns.TimeOf(row, table, prefix + CreatedColumn),
        UnverifiedColumns.Get<byte[]>(row, table, prefix + KeyColumn),
        row.ContainsKey(prefix + PublicKeyColumn)
            ? UnverifiedColumns.Get<byte[]>(row, table, prefix + PublicKeyColumn)
            : null);
}
