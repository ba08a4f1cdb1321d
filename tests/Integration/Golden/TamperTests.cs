using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.Crypto;
using AtpKeyserver.Storage;
using AtpKeyserver.Tests.Integration.Product;
using AtpKeyserver.Tests.Support;
using AtpKeyserver.Tests.Support.Stored;
using Azure.Core.Pipeline;
using Microsoft.Extensions.Logging;
using Xunit.Abstractions;
using static AtpKeyserver.Tests.Integration.Golden.GoldenStory;

namespace AtpKeyserver.Tests.Integration.Golden;

/// <summary>
/// An attacker writes to the storage, cell by cell and row by row, without access to the vault. Readers of those rows
/// are refused, and no false data is returned. Each attempt uses a new instance on the newest golden storage, whose
/// rows keep their timestamps, so that only the change can cause the refusal. KEYSERVER_TAMPER=views makes every view
/// read each change; =long also tries every byte and every move.
/// </summary>
public sealed class TamperTests(ITestOutputHelper output) : IDisposable
{
    private const int SampledBytes = 6;
    private const int SampledMoves = 3;

    private static readonly string? Form = Environment.GetEnvironmentVariable("KEYSERVER_TAMPER");
    private static readonly bool IsLong = Form == "long";
    private static readonly TimeSpan TooLate = RowMac.StampTolerance + TimeSpan.FromSeconds(1);

    private readonly Dump _dump = GoldenFolder.Dump(GoldenFolder.All[^1]);
    private readonly RSA _kek = GoldenFolder.Kek();

    private IEnumerable<StoredRow> Deciding => _dump.Rows.Where(row => row.Columns.ContainsKey("Mac"));

    private static IEnumerable<KeyValuePair<string, Func<Instance, Task<object>>>> Views =>
        GoldenViews.Reads.Concat(GoldenViews.Changes);

    [Fact]
    public Task Flipped_bytes_are_refused() =>
        TryAsync(Deciding.SelectMany(row => row.Columns.SelectMany(cell => Flips(cell.Value).Select(
        value => new Try(row, cell.Key, row.With(cell.Key, value))))));

    [Fact]
    public Task Missing_mistyped_and_surplus_cells_are_refused() => TryAsync(Deciding.SelectMany(row => row.Columns.Keys
        .SelectMany(column => new[]
        {
            new Try(row, column, row with { Columns = row.Columns.Where(cell => cell.Key != column).ToDictionary() }),
            new Try(row, column, row.With(column, OfAnotherType(row.Columns[column]))),
        })
        .Append(new Try(row, "Extra", row.With("Extra", "x")))));

    [Fact]
    public Task Cells_of_other_rows_are_refused() =>
        TryAsync(Deciding.SelectMany(row => row.Columns.Keys.SelectMany(column => Sample(
        Deciding.Where(other => other.Table == row.Table && other.Columns.ContainsKey(column))
            .Select(other => other.Columns[column])
            .Where(value => !IsSame(value, row.Columns[column])),
        SampledMoves).Select(value => new Try(row, column, row.With(column, value))))));

    [Fact]
    public Task Rows_replaced_by_others_are_refused() => TryAsync(Deciding.SelectMany(row => Sample(
        Deciding.Where(other => other.Table == row.Table && other.Place != row.Place), 4 * SampledMoves)
        .Select(other => new Try(row, "all", row with { Columns = other.Columns, Timestamp = other.Timestamp }))));

    [Fact]
    public Task Old_versions_of_rows_are_refused() => TryAsync(Deciding.SelectMany(row => new[]
    {
        new Try(row, "Timestamp", row with { Timestamp = WrittenAt(row) + TooLate }),
        new Try(row, "Timestamp", row with { Timestamp = WrittenAt(row) - TooLate }),
        new Try(row, "Timestamp", row with { Timestamp = WrittenAt(row).AddYears(1) }),
    }));

    /// <summary>
    /// A timestamp within the tolerance is accepted, as the threat model says: otherwise the tests above would prove
    /// nothing.
    /// </summary>
    [Fact]
    public async Task Rows_within_the_tolerance_are_accepted()
    {
        foreach (var (name, see) in Views.Where(view => view.Key.StartsWith("key ", StringComparison.Ordinal)))
        {
            var moved = _dump.Rows.Select(
                row => row.Columns.ContainsKey("Mac") ? row with { Timestamp = WrittenAt(row).AddSeconds(89) } : row);
            Assert.Equal((name, await SeeAsync(_dump.Rows, see)), (name, await SeeAsync(moved, see)));
        }
    }

    /// <summary>The shard number in an account row is read before it is authenticated.</summary>
    [Fact]
    public async Task A_shard_key_is_not_created_because_a_row_names_it()
    {
        var account = _dump.Rows.Single(
            row => row.Table == "accounts" && row.Kind == "account" && row.Columns.ContainsKey("SealedKey"));
        foreach (var shard in (byte[])[0, 63, 64, 255])
        {
            var form = (byte[])[.. (byte[])account.Columns["SealedKey"]];
            form[3] = shard;
            var rows = _dump.Rows.Select(row => row == account ? row.With("SealedKey", form) : row);
            Assert.Equal(GoldenViews.Tampered, await SeeAsync(rows, GoldenViews.Reads["account of alice"]));
        }
    }

    /// <summary>The index grants no access, so a planted row must not remove any either: it is logged.</summary>
    [Fact]
    public async Task Rows_planted_in_an_index_hide_no_group()
    {
        var see = GoldenViews.Reads["groups of alice"];
        var alice = _dump.Rows.Single(
            row => row.Table == "accounts" && row.Columns.TryGetValue("Did", out var did) && did is Alice).PartitionKey;
        var own = _dump.Rows.First(row => row.Table == "memberships" && row.PartitionKey == alice);
        foreach (var planted in (StoredRow[])
        [
            own with { RowKey = "a:row of no role" },
            own with { RowKey = "owner:1", Columns = new Dictionary<string, object>() },
            own with { RowKey = "owner:2", Columns = new Dictionary<string, object> { ["Group"] = "no group" } },
            own with { RowKey = "owner:3" },
        ])
        {
            await using var instance = Start([.. _dump.Rows, planted]);
            using var log = new LogLines();
            instance.Get<ILoggerFactory>().AddProvider(log);
            Assert.Equal(await SeeAsync(_dump.Rows, see), await GoldenViews.SeeAsync(instance, see));
            Assert.Contains(
                log.All, line => line.Contains("tampered with: table memberships", StringComparison.Ordinal));
        }
    }

    /// <summary>A forged version that claims to be left over from an earlier life, or to be of a later one.</summary>
    [Theory]
    [InlineData("Incarnation", 0)]
    [InlineData("Incarnation", 2)]
    [InlineData("Generation", 2)]
    public async Task A_hidden_version_is_reported_as_tampering(string column, int value)
    {
        foreach (var row in Deciding.Where(row => row.Kind == "v" && row.Columns.ContainsKey("Incarnation")).ToList())
        {
            if (Holder(row) is not { } view || row.Columns[column].Equals(value))
                continue;
            var rows = _dump.Rows.Select(other => other.Place == row.Place ? row.With(column, value) : other);
            Assert.Equal(GoldenViews.Tampered, await SeeAsync(rows, GoldenViews.Reads[view]));
        }

        string? Holder(StoredRow row)
        {
            var friends = _dump.Rows.Single(
                head => head.Columns.TryGetValue("GroupId", out var id) && id is Friends).PartitionKey;
            var alice = _dump.Rows.Single(account => account.Columns.TryGetValue("Did", out var did) && did is Alice
                && account.Table == "accounts");
            return row.PartitionKey == friends
                ? "versions of friends for alice"
                : row.PartitionKey == alice.PartitionKey ? "keypairs of alice" : null;
        }
    }

    [Fact]
    public async Task Rows_forged_by_copying_grant_nothing()
    {
        var forger = await Forger.OpenAsync(Start(_dump.Rows));
        var seen = new List<string>();
        foreach (var (forged, view) in forger.All(_dump.Rows))
        {
            var see = Views.Single(known => known.Key == view).Value;
            var before = await SeeAsync(_dump.Rows, see);
            var after = await SeeAsync(_dump.Rows.Concat(forged), see);
            seen.Add($"{view}: {before} -> {after}");
            Assert.True(after == GoldenViews.Tampered || after == before, seen[^1]);
            Assert.DoesNotContain(GoldenViews.Wrote, after, StringComparison.Ordinal);
        }

        seen.ForEach(output.WriteLine);
        Assert.InRange(seen.Count(line => line.EndsWith(GoldenViews.Tampered, StringComparison.Ordinal)), 8, 100);
    }

    /// <summary>
    /// The index and the log: an entry may disappear, as by deletion, or appear twice; it never belongs to another
    /// account.
    /// </summary>
    [Fact]
    public Task Rows_without_authority_change_only_how_they_are_displayed() => TryAsync(_dump.Rows
        .Where(row => row.Table == "memberships" || row.Table.StartsWith("accesslog", StringComparison.Ordinal))
        .SelectMany(row => row.Columns.SelectMany(cell => Flips(cell.Value)
            .Concat(Sample(
                _dump.Rows.Where(other => other.Table == row.Table && other.Columns.ContainsKey(cell.Key))
                    .Select(other => other.Columns[cell.Key]),
                SampledMoves))
            .Where(value => !IsSame(value, cell.Value))
            .Select(value => new Try(row, cell.Key, row.With(cell.Key, value))))), share: 0.4);

    [Fact]
    public void Nothing_opens_without_the_vault()
    {
        var vault = new TestVault(_kek);
        var secrets = new HashSet<string>();
        foreach (var row in _dump.Rows.Where(row => row.Table == "keyring"))
            secrets.Add(Convert.ToHexStringLower(vault.Unwrap((byte[])row.Columns["Wrapped"])));
        var opened = secrets.Count;
        foreach (var row in _dump.Rows.Where(
            row => row.Table == "accounts" && row.Kind == "account" && row.Columns.ContainsKey("SealedKey")))
        {
            var form = (byte[])row.Columns["SealedKey"];
            var number = SealedForm.KeyNumber(form)!.Value;
            var shard = $"shard-{number >> 16:D2}.{number & 0xFFFF:D10}";
            var wrapped = (byte[])_dump.Rows.Single(key => key.RowKey == shard).Columns["Wrapped"];
            using var key = new SealingKey(vault.Unwrap(wrapped), number).Open(
                SealPurpose.AccountKey,
                    new Binding("accounts", row.PartitionKey, row.RowKey, 0, (int)row.Columns["Generation"]), form);
            secrets.Add(Convert.ToHexStringLower(key.Reveal()));
        }

        Assert.InRange(secrets.Count, opened + 1, 100);
        foreach (var (_, answer) in GoldenFolder.Answers(GoldenFolder.All[^1])
            .Where(view => view.Key.StartsWith("key", StringComparison.Ordinal)))
        {
            var last = answer.TrimEnd('"').Split(' ')[^1];
            if (last.Length == 64)
                secrets.Add(last);
        }

        var forms = secrets.SelectMany(Forms).ToList();
        var cells = 0;
        foreach (var row in _dump.Rows)
        {
            foreach (var value in row.Columns.Values.Append(row.PartitionKey).Append(row.RowKey))
            {
                cells++;
                var cell = value as byte[] ?? Encoding.UTF8.GetBytes($"{value}");
                Assert.All(forms, form => Assert.Equal(-1, cell.AsSpan().IndexOf(form)));
            }
        }

        output.WriteLine($"{secrets.Count} secrets in {cells} cells");
        Assert.InRange(secrets.Count, 12, 100);
    }

    public void Dispose() => _kek.Dispose();

    /// <param name="tries">The rows to write.</param>
    /// <param name="share">The share of the reads that must report tampering.</param>
    private async Task TryAsync(IEnumerable<Try> tries, double share = 0.8)
    {
        var watch = Stopwatch.StartNew();
        var known = await LookAsync();
        var (looks, untouched, refused, done) = (0, 0, 0, 0);
        var believed = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(tries.Select((one, turn) => (one, turn)), async (numbered, _) =>
        {
            var (one, turn) = numbered;
            Interlocked.Increment(ref done);
            var views = known.Where(view => view.Value.Rows.Contains(one.Row.Place)).Select(view => view.Key).ToList();
            if (views.Count == 0)
                Interlocked.Increment(ref untouched);
            // The views take turns.
            foreach (var view in Form is "views" or "long" || views.Count == 0 ? views : [views[turn % views.Count]])
            {
                Interlocked.Increment(ref looks);
                var see = Views.Single(found => found.Key == view).Value;
                var answer =
                    await SeeAsync(_dump.Rows.Select(row => row.Place == one.Row.Place ? one.Written : row), see);
                if (answer == GoldenViews.Tampered)
                    Interlocked.Increment(ref refused);
                else if (!Tolerated.Is(one.Row, one.Column, view, known[view].Answer, answer, _dump))
                    believed.Add(
                        $"{one.Row.Table} {one.Row.RowKey} {one.Column}: {view}: {known[view].Answer} -> {answer}");
            }
        });

        output.WriteLine(
            $"{done} tries, {untouched} of rows that no view reads, {looks} looks, {refused} refused as tampering");
        output.WriteLine($"{watch.Elapsed.TotalSeconds:F1} s");
        Assert.True(believed.IsEmpty, string.Join('\n', believed.Distinct().Order().Take(40)));
        Assert.InRange(refused, share * looks, looks);
    }

    /// <summary>What each view reads from the untouched storage, and the rows that it reads.</summary>
    private async Task<Dictionary<string, (string Answer, HashSet<(string, string, string)> Rows)>> LookAsync()
    {
        var known = new Dictionary<string, (string, HashSet<(string, string, string)>)>();
        foreach (var (name, see) in Views)
        {
            var read = new HashSet<(string, string, string)>();
            known[name] = (await SeeAsync(_dump.Rows, see, row => read.Add(row.Place)), read);
        }

        return known;
    }

    private async Task<string> SeeAsync(
        IEnumerable<StoredRow> rows, Func<Instance, Task<object>> see, Action<StoredRow>? served = null)
    {
        await using var instance = Start(rows, served);
        return await GoldenViews.SeeAsync(instance, see);
    }

    private Instance Start(IEnumerable<StoredRow> rows, Action<StoredRow>? served = null) => new(
        "DefaultEndpointsProtocol=http;AccountName=stored;AccountKey=AAAA;TableEndpoint=http://stored.invalid/stored;",
        new HttpClientTransport(new HttpClient(new StoredRows(rows) { Served = served })),
        TestVault.Id,
        new HttpClientTransport(new HttpClient(new TestVault(_kek))),
        new FakeClock(_dump.At));

    private static IEnumerable<T> Sample<T>(IEnumerable<T> all, int most)
    {
        var list = all.ToList();
        return IsLong || list.Count <= most
            ? list
            : Enumerable.Range(0, most).Select(i => list[i * (list.Count - 1) / (most - 1)]);
    }

    private static DateTimeOffset WrittenAt(StoredRow row) =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)row.Columns["WrittenAt"]);

    private static bool IsSame(object one, object other) => one is byte[] bytes
        ? other is byte[] others && Convert.ToHexString(bytes) == Convert.ToHexString(others)
        : one.Equals(other);

    private static IEnumerable<object> Flips(object value) => value switch
    {
        int number => Enumerable.Range(0, 4).Select(i => (object)(number ^ (1 << (8 * i)))).Append(-number - 1),
        long number => Enumerable.Range(0, 8).Select(i => (object)(number ^ (1L << (8 * i)))),
        byte[] bytes => Sample(Enumerable.Range(0, bytes.Length), SampledBytes)
            .Select(i => (object)bytes.Select((b, at) => at == i ? (byte)(b ^ (1 << (i % 8))) : b).ToArray())
            .Append(bytes[..^1])
            .Append((byte[])[.. bytes, 0]),
        string text => Sample(Enumerable.Range(0, text.Length), SampledBytes)
            .Select(i => (object)$"{text[..i]}{(text[i] == 'b' ? 'c' : 'b')}{text[(i + 1)..]}")
            .Append(text[..^1])
            .Append(text + "b"),
        _ => throw new NotSupportedException(),
    };

    /// <summary>The same value, if the types allow it.</summary>
    private static object OfAnotherType(object value) => value switch
    {
        int number => (long)number,
        long number => (int)number,
        string text => Encoding.UTF8.GetBytes(text),
        byte[] bytes => Convert.ToBase64String(bytes),
        _ => throw new NotSupportedException(),
    };

    private static IEnumerable<byte[]> Forms(string hex)
    {
        var raw = Convert.FromHexString(hex);
        string[] texts = [hex, hex.ToUpperInvariant(), Convert.ToBase64String(raw), Base64Url.EncodeToString(raw)];
        return [raw, .. texts.Select(Encoding.UTF8.GetBytes)];
    }

    /// <param name="Row">The row as the server wrote it.</param>
    /// <param name="Column">The changed column.</param>
    /// <param name="Written">The new value.</param>
    private sealed record Try(StoredRow Row, string Column, StoredRow Written);
}
