using System.Security.Cryptography;
using System.Text.RegularExpressions;
using AtpKeyserver.Accounts.Keypairs;
using AtpKeyserver.DevStack;
using AtpKeyserver.Erasure;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Tests.Integration.Product;
using AtpKeyserver.Tests.Support;
using AtpKeyserver.Tests.Support.Stored;
using Azure.Core.Pipeline;
using static AtpKeyserver.Tests.Integration.Golden.GoldenStory;

namespace AtpKeyserver.Tests.Integration.Golden;

/// <summary>The current server reads everything that any version stored. See tests/Golden/README.md.</summary>
public sealed partial class GoldenTests : IAsyncLifetime, IDisposable
{
    private readonly RSA _kek = GoldenFolder.Kek();
    private readonly HttpPipelineTransport _vault;
    private string _storage = "";

    public GoldenTests()
    {
        _vault = new HttpClientTransport(new HttpClient(new TestVault(_kek)));
    }

    public static TheoryData<string> Versions => new(GoldenFolder.All);

    public async Task InitializeAsync() => _storage = await SharedBacking.TakeAccountAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _kek.Dispose();

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_stored_form_stays_readable(string version)
    {
        var dump = GoldenFolder.Dump(version);
        var answers = GoldenFolder.Answers(version);
        await dump.LoadAsync(_storage);
        var clock = new FakeClock(dump.At);
        await using var instance = Start(dump, clock);
        foreach (var (name, see) in GoldenViews.InOrder)
            Assert.Equal((name, answers[name]), (name, await GoldenViews.SeeAsync(instance, see)));
        Assert.Equal(GoldenViews.Reads.Count, answers.Count);

        // Numbers continue, and old versions stay readable.
        Assert.Equal(
            5, (await instance.Get<GroupRotation>()
            .RotateAsync(By(Alice), Instance.Id(Friends), 4, null, default)).NewVersion);
        Assert.Equal(3, (await instance.Get<AccountKeypairs>().RotateAsync(By(Alice), 2, null, default)).NewVersion);
        Assert.Equal(3, (await instance.ReadAsync(Alice, Gone)).Version);
        foreach (var name in (string[])[
            "key 1 of friends for alice", "key 4 of friends for bob", "keypair 1 of alice", "keypair 2 of alice"])
            Assert.Equal((name, answers[name]), (name, await GoldenViews.SeeAsync(instance, GoldenViews.Reads[name])));

        await instance.Get<Deletions>().FinishAsync(default);
        Assert.Equal(2, (await instance.ReadAsync(Alice, HalfGone)).Version);
        Assert.Equal(
            "refused: AccountDeleted", await GoldenViews.SeeAsync(instance, GoldenViews.Changes["make hank again"]));
        clock.Advance(TimeSpan.FromMinutes(5));
        await instance.Get<Deletions>().FinishAsync(default);
        clock.Advance(TimeSpan.FromHours(3));
        Assert.StartsWith("\"3 ", await GoldenViews.SeeAsync(instance, GoldenViews.Changes["make gina again"]));
        Assert.StartsWith("\"2 ", await GoldenViews.SeeAsync(instance, GoldenViews.Changes["make hank again"]));
        Assert.Equal("2", await GoldenViews.SeeAsync(instance, GoldenViews.Reads["account of hank"]));
        Assert.Equal(2, (await instance.ReadAsync(Hank, Hank + "#own")).Version);
    }

    [Fact]
    public async Task Rows_loaded_into_a_storage_are_refused_without_their_timestamps()
    {
        var dump = GoldenFolder.Dump("v1");
        await dump.LoadAsync(_storage);
        await using var instance = new Instance(_storage, null, TestVault.Id, _vault, new FakeClock(dump.At));
        await Assert.ThrowsAsync<TamperedException>(() => instance.ReadAsync(Alice, Friends));
    }

    /// <summary>
    /// Fails when a row has another form than in the newest golden storage: see tests/Golden/README.md.
    /// </summary>
    [Fact]
    public async Task The_newest_golden_storage_has_all_current_forms()
    {
        var clock = new FakeClock(TimeProvider.System.GetUtcNow());
        await new GoldenStory(
            transport => new Instance(_storage, transport, TestVault.Id, _vault, clock), clock).TellAsync();
        var dump = await Dump.OfAsync(_storage, clock.GetUtcNow());
        if (Environment.GetEnvironmentVariable("KEYSERVER_WRITE_GOLDEN") is { Length: > 0 } name)
        {
            await using var instance = Start(dump, clock);
            var answers = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var (view, see) in GoldenViews.InOrder)
                answers[view] = await GoldenViews.SeeAsync(instance, see);
            GoldenFolder.Write(name, dump, answers);
            return;
        }

        Assert.Equal(FormsOf(GoldenFolder.Dump(GoldenFolder.All[^1])), FormsOf(dump));
    }

    [Fact]
    public void The_local_stack_knows_the_newest_form() => Assert.Equal(
        Stack.StoredForm, $"{GoldenFolder.All[^1]} {GoldenFolder.Dump(GoldenFolder.All[^1]).At:yyyy-MM-dd'T'HH:mm}");

    [Fact]
    public void The_page_names_every_column_of_the_newest_golden_storage()
    {
        var page = File.ReadAllLines(Path.Combine(AzuriteProcess.RepositoryRoot(), "docs", "CRYPTOGRAPHY.md"));
        foreach (var row in GoldenFolder.Dump(GoldenFolder.All[^1]).Rows.Where(
            row => row.Columns.ContainsKey("Mac") || row.Columns.ContainsKey("Details")))
        {
            var start = (row.Table, row.Kind) switch
            {
                (_, "e") => "| `e:` in both |",
                ("keyring", "root") => "| `keyring`: `root` |",
                ("keyring", _) => "| `keyring`: `shard-NN.VVVVVVVVVV` |",
                ("accounts" or "groups", "account" or "head") when row.Columns.GetValueOrDefault("State") is "deleting"
                    or "deleted"
                    => $"| `{row.Table}`: `{row.Kind}`, tombstone |",
                ("accounts" or "groups", "account" or "head") => $"| `{row.Table}`: `{row.Kind}` |",
                ("accounts" or "groups", _) => $"| `{row.Table}`: `{row.Kind}:` |",
                _ => "| `accesslogYYYYMMDD` | Details",
            };
            var line = Assert.Single(page, line => line.StartsWith(start, StringComparison.Ordinal));
            var documented = Column().Matches(line).Select(match => match.Value).Order();
            var stored = row.Columns.Where(column => column.Key is not ("Mac" or "WrittenAt"))
                .Select(column =>
                    $"{column.Key} {(column.Value switch { string => 's', int => 'i', long => 'l', _ => 'b' })}")
                    .Order();
            Assert.Equal(documented, stored);
        }
    }

    private Instance Start(Dump dump, FakeClock clock) => new(
        _storage, new HttpClientTransport(new HttpClient(new RecordedStamps(dump))), TestVault.Id, _vault, clock);

    /// <summary>Tables, row kinds, their states and columns.</summary>
    private static IEnumerable<string> FormsOf(Dump dump) => dump.Rows
        .Select(row => $"{row.Table.TrimEnd([.. "0123456789"])} {KindOf(row)} {row.Columns.GetValueOrDefault("State")} "
            + string.Join(' ', row.Columns.Select(column => $"{column.Key}:{column.Value.GetType().Name}")
                .Order(StringComparer.Ordinal)))
        .Distinct()
        .Order(StringComparer.Ordinal);

    [GeneratedRegex("[A-Z][A-Za-z]+ [sbil]\\b")]
    private static partial Regex Column();

    private static string KindOf(StoredRow row) =>
        row.Table is "keyring" or "accounts" or "groups" or "memberships" ? row.Kind : "";
}
