using System.Globalization;
using System.Net;
using AtpKeyserver.Accounts.Keypairs;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.Product;

/// <summary>The hourly keypairs for anonymous callers are divided among networks, across all instances.</summary>
public sealed class PublicCreationBudgetTests : IAsyncLifetime, IDisposable
{
    private const int PerHour = 80;

    private readonly Backing _backing = new();
    private Instance _instance = null!;
    private Instance _other = null!;

    public async Task InitializeAsync()
    {
        await _backing.InitializeAsync();
        var settings = new Dictionary<string, string?>
        {
            ["Keyserver:PublicCreationsPerHour"] = PerHour.ToString(CultureInfo.InvariantCulture),
        };
        _instance = _backing.Start(settings: settings);
        _other = _backing.Start(settings: settings);
        // The start of an hour.
        var now = _backing.Clock.GetUtcNow();
        _backing.Clock.Advance(TimeSpan.FromTicks(TimeSpan.TicksPerHour - (now.Ticks % TimeSpan.TicksPerHour)));
    }

    public async Task DisposeAsync()
    {
        await _instance.DisposeAsync();
        await _other.DisposeAsync();
        await _backing.DisposeAsync();
    }

    [Fact]
    public async Task A_network_gets_an_eighth_of_the_remaining_budget()
    {
        // The ninth fails when 72 are left: an eighth of 71 is 8.
        Assert.Equal(9, await TakenAsync(i => $"203.0.113.{i}"));
        // Two networks share a counter with a probability of 1 in 2,048.
        var (one, other) =
            (await TakenAsync(i => $"2001:db8:1:{i:x}::1"), await TakenAsync(i => $"2001:db8:2:{i:x}::1"));
        Assert.Equal(8, Math.Max(one, other));
        // Many other networks still get some.
        var shares = new List<int>();
        for (var network = 0; network < 20; network++)
            shares.Add(await TakenAsync(i => $"198.51.{network}.{i}"));
        Assert.All(shares, share => Assert.InRange(share, 0, 8));
        Assert.InRange(shares.Count(share => share > 0), 15, 20);
        Assert.InRange(9 + one + other + shares.Sum(), 60, PerHour);
    }

    [Fact]
    public async Task Each_network_gets_at_most_one_of_the_last_units()
    {
        var taken = 0;
        for (var network = 0; network < PerHour * 5 && taken < PerHour; network++)
            taken += await TakenAsync(i => $"10.{network / 200}.{network % 200}.{i}");
        Assert.Equal(PerHour, taken);
        var refusal = await Assert.ThrowsAsync<RateLimitExceededException>(() => TakeAsync(_instance, "192.0.2.1"));
        Assert.Equal((PerHour, $"{PerHour};w=3600", 3600), (refusal.Limit, refusal.Policy, refusal.Reset));
    }

    [Fact]
    public async Task The_next_hour_has_a_full_budget()
    {
        await TakenAsync(i => $"203.0.113.{i}");
        await Assert.ThrowsAsync<RateLimitExceededException>(() => TakeAsync(_instance, "203.0.113.9"));
        _backing.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(9, await TakenAsync(i => $"203.0.113.{i}"));
    }

    [Fact]
    public async Task The_row_contains_no_network_and_does_not_grow()
    {
        for (var network = 0; network < 40; network++)
            await TakeAsync(_instance, $"10.{network}.0.1");
        var rows = await new TableServiceClient(_backing.ConnectionString).GetTableClient("budgets")
            .QueryAsync<TableEntity>().ToListAsync();
        var row = Assert.Single(rows);
        Assert.Equal(8192, row.GetBinary("Networks").Length);
        Assert.Equal(40, row.GetInt32("Count"));
    }

    [Fact]
    public async Task A_row_with_too_few_counters_is_tampering()
    {
        await TakeAsync(_instance, "203.0.113.1");
        var table = new TableServiceClient(_backing.ConnectionString).GetTableClient("budgets");
        var row = await table.QueryAsync<TableEntity>().SingleAsync();
        row["Networks"] = new byte[8188];
        await table.UpsertEntityAsync(row, TableUpdateMode.Replace);
        await Assert.ThrowsAsync<TamperedException>(() => TakeAsync(_instance, "203.0.113.1"));
    }

    [Theory]
    [InlineData("Networks")]
    [InlineData("Count")]
    public async Task An_invalid_row_of_an_earlier_hour_does_not_matter(string column)
    {
        await TakeAsync(_instance, "203.0.113.1");
        var table = new TableServiceClient(_backing.ConnectionString).GetTableClient("budgets");
        var row = await table.QueryAsync<TableEntity>().SingleAsync();
        row[column] = "invalid";
        await table.UpsertEntityAsync(row, TableUpdateMode.Replace);
        _backing.Clock.Advance(TimeSpan.FromHours(1));
        await TakeAsync(_instance, "203.0.113.1");
    }

    public void Dispose() => _backing.Dispose();

    /// <summary>How many this network gets, alternating between two instances.</summary>
    private async Task<int> TakenAsync(Func<int, string> address)
    {
        for (var taken = 0; ; taken++)
        {
            try
            {
                await TakeAsync(taken % 2 == 0 ? _instance : _other, address(taken));
            }
            catch (RateLimitExceededException)
            {
                return taken;
            }
        }
    }

    private static Task TakeAsync(Instance instance, string address) =>
        instance.Get<PublicCreationBudget>().TakeAsync(ClientAddress.From(IPAddress.Parse(address)), default);
}
