using System.Globalization;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
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

    /// <summary>Rows of version numbers that we did not write, above the last that we did: more are not looked through.</summary>
    private const int MaxPlanted = 4;

    /// <summary>More versions than anybody can make in one life of an account, and room for another life above them.</summary>
    private const long Unreachable = 1_000_000_000;

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

    /// <summary>A page of the versions, newest first. It reads the rows of one range of numbers, and one more row at most.</summary>
    /// <param name="partition">Of the head.</param>
    /// <param name="incarnation">The head's.</param>
    /// <param name="active">The head's active version.</param>
    /// <param name="key">Which verified the head.</param>
    /// <param name="after">What the page before said in <see cref="Page{T}.Next"/>; null for the first page.</param>
    /// <param name="limit">How many versions at most.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="TamperedException">A row is not as we wrote it.</exception>
    public async Task<Page<KeyVersionStatus>> ReadPageAsync(
        string partition,
        int incarnation,
        KeyVersion active,
        SealingKey key,
        string? after,
        int limit,
        CancellationToken cancellation)
    {
        var page = KeyVersionRange.Of(after, active.Version, limit);
        // The row above tells when the newest version of the page was revoked, the row below whether there are more.
        var first = RowKeys.Version(partition, Math.Max(0, page.Lowest - 1));
        var last = RowKeys.Version(partition, page.IsFirst ? page.Highest : page.Highest + 1);
        var versions = new List<KeyVersion>();
        var (isFollowed, isEarlier) = (false, false);
        await foreach (var row in table.QueryRangeAsync(partition, first, last, cancellation))
        {
            isFollowed |= string.CompareOrdinal(row.RowKey, RowKeys.Version(partition, page.Lowest)) < 0;
            // Numbers go on from one life to the next, so what is left of an earlier one comes first.
            if (FromRow(row, incarnation, isKnown: true, key) is { } version)
                versions.Add(version);
            else if (versions.Count > 0)
                throw NoLife();
            else
                isEarlier = true;
        }

        if (page.IsBelowEarlierLife && versions.Exists(version => version.Version <= page.Highest))
            throw NoLife();
        // A row may be missing; versions below it still exist.
        isFollowed = isFollowed || (page.Lowest > 1 && await IsAnyBelowAsync(partition, page.Lowest, cancellation));
        return new(page.StatusesOf(versions, active), isFollowed ? page.NextAfter(isEarlier) : null);
    }

    /// <summary>
    /// The highest version that is as we wrote it, where the head cannot be believed; <paramref name="former"/> where none
    /// is. Rows that somebody planted above it are passed over, a few of them: each costs 31 reads. Where there are more, a
    /// number that we cannot have reached is the answer: it is better to skip numbers than to use one again.
    /// </summary>
    /// <param name="partition">Of the head.</param>
    /// <param name="former">The last version of the life before.</param>
    /// <param name="key">Of the account.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<int> FindLastAsync(string partition, int former, SealingKey key, CancellationToken cancellation)
    {
        long below = int.MaxValue;
        for (var planted = 0; planted < MaxPlanted; planted++)
        {
            var (row, number) = await FindHighestAsync(partition, former + 1L, below, cancellation);
            if (row is null)
                return former;
            try
            {
                RowMac.Verify(row, table.Name, key);
                return ReadColumns(row, table.Name, "").Version;
            }
            catch (TamperedException)
            {
                // Of another generation, or not ours: its number is anybody's.
                below = number - 1;
            }
        }

        return (int)Math.Min(below, former + Unreachable);
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

    private Task<bool> IsAnyBelowAsync(string partition, int version, CancellationToken cancellation) =>
        table.QueryRangeAsync(partition, RowKeys.VersionPrefix, RowKeys.Version(partition, version - 1), cancellation, atOnce: 1)
            .AnyAsync(cancellation)
            .AsTask();

    /// <summary>The row of the highest version between two numbers, found by halving: the storage reads upwards only.</summary>
    private async Task<(TableEntity? Row, long Number)> FindHighestAsync(
        string partition, long low, long high, CancellationToken cancellation)
    {
        (TableEntity? Row, long Number) found = default;
        while (low <= high)
        {
            var middle = low + ((high - low) / 2);
            var (first, last) = (RowKeys.Version(partition, (int)middle), RowKeys.Version(partition, (int)high));
            var row = await table.QueryRangeAsync(partition, first, last, cancellation, atOnce: 1)
                .FirstOrDefaultAsync(cancellation);
            if (row is null)
            {
                high = middle - 1;
                continue;
            }

            found = (row, Math.Max(middle, NumberOf(row)));
            low = found.Number + 1;
        }

        return found;
    }

    /// <summary>The number in a row's key; 0 in one that we did not write.</summary>
    private static int NumberOf(TableEntity row) =>
        row.RowKey.Length > RowKeys.VersionPrefix.Length + 10
        && int.TryParse(row.RowKey.AsSpan(RowKeys.VersionPrefix.Length, 10), CultureInfo.InvariantCulture, out var number)
            ? number
            : 0;

    private TamperedException NoLife() =>
        TamperedException.At(table.Name, "a version is of a life that its group or account cannot have had");

    private Binding Place(string partition, int version, SealingKey key) =>
        new(table.Name, partition, RowKeys.Version(partition, version), version, key.Number);
}
