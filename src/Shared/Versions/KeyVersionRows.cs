using AtpKeyserver.Sealing;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Versions;

/// <summary>
/// The version rows of one kind of key. The active version also stands in the head row, so that one read serves it. A row counts only if it is of
/// the head's incarnation and of the generation of the owner's account key.
/// </summary>
public sealed class KeyVersionRows(Table table, SealPurpose purpose)
{
    private const string VersionColumn = "Version";
    private const string CreatedColumn = "Created";
    private const string KeyColumn = "SealedKey";
    private const string PublicKeyColumn = "PublicKey";
    private const string IncarnationColumn = "Incarnation";
    private const string ActivePrefix = "Active";

    /// <summary>Seals a new version; nothing is written yet.</summary>
    public KeyVersion Seal(string partition, int version, DateTimeOffset created, Secret secret, SealingKey key, byte[]? publicKey = null) =>
        new(version, created, key.Seal(purpose, Place(partition, version, key), secret.Reveal()), publicKey);

    /// <exception cref="TamperedException">It was not sealed for this place.</exception>
    public Secret Open(string partition, KeyVersion version, SealingKey key) =>
        key.Open(purpose, Place(partition, version.Version, key), version.SealedKey);

    public TableEntity ToRow(string partition, KeyVersion version, int incarnation, SealingKey key)
    {
        var row = new TableEntity(partition, RowKeys.Version(partition, version.Version))
        {
            [IncarnationColumn] = incarnation,
            [UnverifiedColumns.Generation] = key.Number,
        };
        WriteColumns(row, "", version);
        return RowMac.Sign(row, table.Name, key);
    }

    public async Task<KeyVersion?> ReadAsync(string partition, int version, int incarnation, SealingKey key, CancellationToken cancellation)
    {
        var row = await table.GetAsync(partition, RowKeys.Version(partition, version), cancellation);
        return row is null ? null : FromRow(row, incarnation, key);
    }

    /// <summary>All versions, oldest first.</summary>
    public async Task<List<KeyVersion>> ListAsync(string partition, int incarnation, SealingKey key, CancellationToken cancellation)
    {
        var versions = new List<KeyVersion>();
        await foreach (var row in table.QueryAsync(partition, RowKeys.VersionPrefix, cancellation))
        {
            if (FromRow(row, incarnation, key) is { } version)
                versions.Add(version);
        }

        return versions;
    }

    public static void WriteActive(TableEntity head, KeyVersion active) => WriteColumns(head, ActivePrefix, active);

    /// <summary>The active version of a head; good for its number only where the head's authenticator was not checked.</summary>
    public static KeyVersion ReadActive(TableEntity head, string table) => ReadColumns(head, table, ActivePrefix);

    /// <summary>The number of the active version that a head names which is not as we wrote it; 0 where it names none.</summary>
    public static int UnverifiedActive(TableEntity head) =>
        head.TryGetValue(ActivePrefix + VersionColumn, out var value) && value is int version ? version : 0;

    private static void WriteColumns(TableEntity row, string prefix, KeyVersion version)
    {
        row[prefix + VersionColumn] = version.Version;
        row[prefix + CreatedColumn] = version.Created.ToUnixTimeMilliseconds();
        row[prefix + KeyColumn] = version.SealedKey;
        if (version.PublicKey is not null)
            row[prefix + PublicKeyColumn] = version.PublicKey;
    }

    private static KeyVersion ReadColumns(TableEntity row, string table, string prefix) => new(
        UnverifiedColumns.Get<int>(row, table, prefix + VersionColumn),
        UnverifiedColumns.TimeOf(row, table, prefix + CreatedColumn),
        UnverifiedColumns.Get<byte[]>(row, table, prefix + KeyColumn),
        row.ContainsKey(prefix + PublicKeyColumn) ? UnverifiedColumns.Get<byte[]>(row, table, prefix + PublicKeyColumn) : null);

    private KeyVersion? FromRow(TableEntity row, int incarnation, SealingKey key)
    {
        if (UnverifiedColumns.GenerationOf(row, table.Name) != key.Number || UnverifiedColumns.Get<int>(row, table.Name, IncarnationColumn) != incarnation)
            return null;
        RowMac.Verify(row, table.Name, key);
        return ReadColumns(row, table.Name, "");
    }

    private Binding Place(string partition, int version, SealingKey key) =>
        new(table.Name, partition, RowKeys.Version(partition, version), version, key.Number);
}
