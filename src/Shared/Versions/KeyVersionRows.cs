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

    /// <param name="partition">Of the head.</param>
    /// <param name="version">The number to read.</param>
    /// <param name="incarnation">The head's.</param>
    /// <param name="active">The head's active version.</param>
    /// <param name="key">Which verified the head.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="TamperedException">The row is not as we wrote it.</exception>
    public async Task<KeyVersion?> ReadAsync(
        string partition, int version, int incarnation, int active, SealingKey key, CancellationToken cancellation)
    {
        var row = await table.GetAsync(partition, RowKeys.Version(partition, version), cancellation);
        return row is null ? null : FromRow(row, incarnation, isKnown: version <= active, key);
    }

    /// <summary>The versions up to the active one, oldest first.</summary>
    /// <exception cref="TamperedException">A row is not as we wrote it.</exception>
    public async Task<List<KeyVersion>> ListAsync(
        string partition, int incarnation, int active, SealingKey key, CancellationToken cancellation)
    {
        var versions = new List<KeyVersion>();
        var last = RowKeys.Version(partition, active);
        await foreach (var row in table.QueryAsync(partition, RowKeys.VersionPrefix, cancellation)
            .TakeWhile(row => string.CompareOrdinal(row.RowKey, last) <= 0))
        {
            // Numbers go on from one life to the next, so what is left of an earlier one comes first.
            if (FromRow(row, incarnation, isKnown: true, key) is { } version)
                versions.Add(version);
            else if (versions.Count > 0)
                throw NoLife();
        }

        return versions;
    }

    /// <summary>How many versions there are, and the highest of those that are as we wrote them; 0 where none is.</summary>
    public async Task<(int Count, int Last)> CountAsync(string partition, SealingKey key, CancellationToken cancellation)
    {
        var (count, last) = (0, 0);
        await foreach (var row in table.QueryAsync(partition, RowKeys.VersionPrefix, cancellation))
        {
            count++;
            try
            {
                RowMac.Verify(row, table.Name, key);
                last = Math.Max(last, ReadColumns(row, table.Name, "").Version);
            }
            catch (TamperedException)
            {
                // Of another generation, or not ours: its number is anybody's.
            }
        }

        return (count, last);
    }

    public static void WriteActive(TableEntity head, KeyVersion active) => WriteColumns(head, ActivePrefix, active);

    /// <summary>The active version of a head; good for its number only where the head's authenticator was not checked.</summary>
    public static KeyVersion ReadActive(TableEntity head, string table) => ReadColumns(head, table, ActivePrefix);

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

    /// <summary>Null for a row of an earlier life; and of a later one, where it is of a number that the head does not know yet.</summary>
    private KeyVersion? FromRow(TableEntity row, int incarnation, bool isKnown, SealingKey key)
    {
        var generation = UnverifiedColumns.GenerationOf(row, table.Name);
        var life = UnverifiedColumns.Get<int>(row, table.Name, IncarnationColumn);
        // Of another generation nobody has the key.
        if (generation == key.Number)
            RowMac.Verify(row, table.Name, key);
        if (generation == key.Number && life == incarnation)
            return ReadColumns(row, table.Name, "");
        var isLater = generation > key.Number || life > incarnation;
        // A group's incarnation is of one generation; a keypair has no incarnations but the first.
        var isEarlier = !isLater && life > 0 && (life < incarnation || purpose == SealPurpose.PrivateKey);
        return isEarlier || (isLater && !isKnown) ? null : throw NoLife();
    }

    private TamperedException NoLife() =>
        TamperedException.At(table.Name, "a version is of a life that its group or account cannot have had");

    private Binding Place(string partition, int version, SealingKey key) =>
        new(table.Name, partition, RowKeys.Version(partition, version), version, key.Number);
}
