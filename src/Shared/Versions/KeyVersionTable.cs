using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions.Rows;
using Azure.Data.Tables;

namespace AtpKeyserver.Versions;

/// <summary>
/// The version rows of one kind of key. The head row also holds the active version, so that one read finds it. A row
/// counts only if it has the head's incarnation and the generation of the owner's account key.
/// </summary>
public sealed class KeyVersionTable(Table table, SealPurpose purpose)
{
    private const string IncarnationColumn = "Incarnation";

    /// <summary>Concurrent requests of <see cref="ReadAllAsync"/>.</summary>
    private const int RunsAtOnce = 4;

    /// <summary>How many invalid rows above the last valid version are skipped.</summary>
    private const int MaxPlanted = 4;

    /// <summary>More versions than one account can create, with room for a recreated account above them.</summary>
    private const long Unreachable = 1_000_000_000;

    /// <summary>Seals a new version; writes nothing.</summary>
    public KeyVersion Seal(
        string partition,
        int version,
        DateTimeOffset created,
        Secret secret,
        SealingKey key,
        byte[]? publicKey = null) =>
        new(version, created, key.Seal(purpose, BindingOf(partition, version, key), secret.Reveal()), publicKey);

    /// <exception cref="TamperedException">It was not sealed for this row.</exception>
    public Secret Open(string partition, KeyVersion version, SealingKey key) =>
        key.Open(purpose, BindingOf(partition, version.Version, key), version.SealedKey);

    public TableEntity ToRow(string partition, KeyVersion version, int incarnation, SealingKey key)
    {
        var row = new TableEntity(partition, RowKeys.Version(partition, version.Version))
        {
            [IncarnationColumn] = incarnation,
            [UnverifiedColumns.Generation] = key.Number,
        };
        KeyVersionColumns.Write(row, version);
        return RowMac.Sign(row, table.Name, key);
    }

    /// <param name="partition">The head's partition.</param>
    /// <param name="version">The number to read.</param>
    /// <param name="incarnation">The head's.</param>
    /// <param name="active">The head's active version.</param>
    /// <param name="key">The key that verified the head.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="TamperedException">The row failed verification.</exception>
    public async Task<KeyVersion?> ReadAsync(
        string partition, int version, int incarnation, int active, SealingKey key, CancellationToken cancellation)
    {
        var row = await table.GetAsync(partition, RowKeys.Version(partition, version), cancellation);
        return row is null ? null : FromRow(row, incarnation, isKnown: version <= active, key);
    }

    /// <summary>
    /// Several versions. Neighbouring numbers share a query, which reads at most nine rows per version. Only rows of
    /// these versions are verified: a tampered row fails no other version.
    /// </summary>
    /// <param name="partition">The head's partition.</param>
    /// <param name="versions">The numbers to read.</param>
    /// <param name="incarnation">The head's.</param>
    /// <param name="active">The head's active version.</param>
    /// <param name="key">The key that verified the head.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>The outcome for each number.</returns>
    public async Task<IReadOnlyDictionary<int, VersionRead>> ReadAllAsync(
        string partition,
        IReadOnlyCollection<int> versions,
        int incarnation,
        int active,
        SealingKey key,
        CancellationToken cancellation)
    {
        var rows = new ConcurrentDictionary<string, TableEntity>(StringComparer.Ordinal);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = RunsAtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(KeyVersionRun.Of(versions), parallel, async (run, stop) =>
        {
            await foreach (var row in ReadAsync(partition, run, stop))
                rows[row.RowKey] = row;
        });
        return versions.Distinct().ToDictionary(version => version, Verify);

        VersionRead Verify(int version)
        {
            if (!rows.TryGetValue(RowKeys.Version(partition, version), out var row))
                return default;
            try
            {
                return new(FromRow(row, incarnation, isKnown: version <= active, key));
            }
            catch (TamperedException e)
            {
                return new(null, e);
            }
        }
    }

    /// <summary>
    /// A page of the versions, newest first. Reads the rows of one range of numbers and at most one more.
    /// </summary>
    /// <param name="partition">The head's partition.</param>
    /// <param name="incarnation">The head's.</param>
    /// <param name="active">The head's active version.</param>
    /// <param name="key">The key that verified the head.</param>
    /// <param name="after"><see cref="Page{T}.Next"/> of the previous page; null for the first.</param>
    /// <param name="limit">Maximum number of versions.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <exception cref="TamperedException">A row failed verification.</exception>
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
        // The row above shows when the newest version of the page was revoked, the row below whether there are more.
        var first = RowKeys.Version(partition, Math.Max(0, page.Lowest - 1));
        var last = RowKeys.Version(partition, page.IsFirst ? page.Highest : page.Highest + 1);
        var versions = new List<KeyVersion>();
        var (isFollowed, isEarlier) = (false, false);
        await foreach (var row in table.QueryRangeAsync(partition, first, last, cancellation))
        {
            isFollowed |= string.CompareOrdinal(row.RowKey, RowKeys.Version(partition, page.Lowest)) < 0;
            // A recreated account or group continues the numbering, so leftovers have the lowest numbers.
            if (FromRow(row, incarnation, isKnown: true, key) is { } version)
                versions.Add(version);
            else if (versions.Count > 0)
                throw WrongIncarnation();
            else
                isEarlier = true;
        }

        if (page.IsBelowEarlierLife && versions.Exists(version => version.Version <= page.Highest))
            throw WrongIncarnation();
        // If the row below is missing, older versions may still exist.
        isFollowed = isFollowed || (page.Lowest > 1 && await IsAnyBelowAsync(partition, page.Lowest, cancellation));
        return new(page.StatusesOf(versions, active), isFollowed ? page.NextAfter(isEarlier) : null);
    }

    /// <summary>
    /// The highest version that verifies, for use when the head does not; <paramref name="former"/> if none does. Skips
    /// a few invalid rows above it: each costs 31 reads. If there are more, returns a number that cannot have been
    /// reached: skipping numbers is better than reusing one.
    /// </summary>
    /// <param name="partition">The head's partition.</param>
    /// <param name="former">The last version before the account was recreated.</param>
    /// <param name="key">The account's key.</param>
    /// <param name="cancellation">Stops reading.</param>
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
                return KeyVersionColumns.Read(row, table.Name).Version;
            }
            catch (TamperedException)
            {
                // Of another generation or not ours, so its number proves nothing.
                below = number - 1;
            }
        }

        return (int)Math.Min(below, former + Unreachable);
    }

    private async IAsyncEnumerable<TableEntity> ReadAsync(
        string partition, KeyVersionRun run, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (first, last) = (RowKeys.Version(partition, run.First), RowKeys.Version(partition, run.Last));
        if (run.IsSingle && await table.GetAsync(partition, first, cancellation) is { } only)
            yield return only;
        if (run.IsSingle)
            yield break;
        await foreach (var row in table.QueryRangeAsync(partition, first, last, cancellation))
            yield return row;
    }

    /// <summary>
    /// Null for a leftover row, and for a row of a recreated account or group that is newer than the head.
    /// </summary>
    private KeyVersion? FromRow(TableEntity row, int incarnation, bool isKnown, SealingKey key)
    {
        var generation = UnverifiedColumns.GenerationOf(row, table.Name);
        var rowIncarnation = UnverifiedColumns.Get<int>(row, table.Name, IncarnationColumn);
        // The keys of other generations are gone.
        if (generation == key.Number)
            RowMac.Verify(row, table.Name, key);
        if (generation == key.Number && rowIncarnation == incarnation)
            return KeyVersionColumns.Read(row, table.Name);
        var isLater = generation > key.Number || rowIncarnation > incarnation;
        // A group's incarnation belongs to one generation; a keypair has only one incarnation.
        var isEarlier = !isLater
            && rowIncarnation > 0
            && (rowIncarnation < incarnation || purpose == SealPurpose.PrivateKey);
        return isEarlier || (isLater && !isKnown) ? null : throw WrongIncarnation();
    }

    private Task<bool> IsAnyBelowAsync(string partition, int version, CancellationToken cancellation) =>
        table.QueryRangeAsync(
            partition, RowKeys.VersionPrefix, RowKeys.Version(partition, version - 1), cancellation, atOnce: 1)
            .AnyAsync(cancellation)
            .AsTask();

    /// <summary>
    /// Binary search for the highest version between two numbers: the storage reads in ascending order only.
    /// </summary>
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

    /// <summary>The number in a row's key; 0 if it is malformed.</summary>
    private static int NumberOf(TableEntity row) =>
        row.RowKey.Length > RowKeys.VersionPrefix.Length + 10
        && int.TryParse(
            row.RowKey.AsSpan(RowKeys.VersionPrefix.Length, 10), CultureInfo.InvariantCulture, out var number)
            ? number
            : 0;

    private TamperedException WrongIncarnation() =>
        TamperedException.At(table.Name, "a version has an impossible incarnation or generation");

    private Binding BindingOf(string partition, int version, SealingKey key) =>
        new(table.Name, partition, RowKeys.Version(partition, version), version, key.Number);
}
