using AtpKeyserver.Tests.Support;
using Azure;
using Azure.Core.Pipeline;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.Support;

/// <summary>A table for each test, and options that fail fast and stay below Azurite's idle limit of 5 s.</summary>
[Collection(AzuriteCollection.Name)]
public abstract class TablesTestBase(AzuriteFixture azurite) : IAsyncLifetime
{
    private static readonly HttpClientTransport Transport = new(
        new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(3) });

    protected AzuriteFixture Azurite => azurite;

    protected TableServiceClient Service { get; } = new(azurite.ConnectionString, Options());

    protected TableClient Table { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Table = Service.GetTableClient(AzuriteFixture.NewTableName());
        await Table.CreateIfNotExistsAsync();
    }

    public Task DisposeAsync() => Table.DeleteAsync();

    protected static TableClientOptions Options(int retries = 0) =>
        new() { Retry = { MaxRetries = retries }, Transport = Transport };

    protected static async Task<RequestFailedException> FailsAsync(int status, string? code, Func<Task> action)
    {
        var failure = await Assert.ThrowsAsync<RequestFailedException>(action);
        Assert.Equal(status, failure.Status);
        Assert.Equal(code, failure.ErrorCode);
        return failure;
    }

    protected static async Task<TableTransactionFailedException> TransactionFailsAsync(
        int status, string? code, Func<Task> action)
    {
        var failure = await Assert.ThrowsAsync<TableTransactionFailedException>(action);
        Assert.Equal(status, failure.Status);
        Assert.Equal(code, failure.ErrorCode);
        return failure;
    }

    protected static async Task<List<T>> AllAsync<T>(IAsyncEnumerable<T> rows)
    {
        var all = new List<T>();
        await foreach (var row in rows)
            all.Add(row);
        return all;
    }
}
