using AtpKeyserver.Errors;
using AtpKeyserver.Storage.Policies;
using AtpKeyserver.Tests.Integration.Support;
using AtpKeyserver.Tests.Support;
using Azure.Core;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.Storage;

/// <summary>A server with a wrong clock refuses to work, because it could not read back what it writes.</summary>
public sealed class ClockPolicyTests(AzuriteFixture azurite) : TablesTestBase(azurite)
{
    [Theory]
    [InlineData(0)]
    [InlineData(55)]
    [InlineData(-55)]
    public async Task Clocks_may_differ_by_less_than_a_minute(int seconds) => Assert.False(await ReadAsync(seconds));

    [Theory]
    [InlineData(65)]
    [InlineData(-65)]
    [InlineData(86_400)]
    public async Task A_wrong_clock_is_an_upstream_failure(int seconds) =>
        Assert.Equal(
            ErrorName.UpstreamFailure, (await Assert.ThrowsAsync<KeyserverException>(() => ReadAsync(seconds))).Error);

    private async Task<bool> ReadAsync(int seconds)
    {
        var options = Options();
        options.AddPolicy(new ClockPolicy(new Ahead(TimeSpan.FromSeconds(seconds))), HttpPipelinePosition.PerCall);
        var client = new TableServiceClient(Azurite.ConnectionString, options).GetTableClient(Table.Name);
        return (await client.GetEntityIfExistsAsync<TableEntity>("p", "r")).HasValue;
    }

    private sealed class Ahead(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
