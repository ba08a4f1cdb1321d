using System.Security.Cryptography;
using AtpKeyserver.Configuration;
using AtpKeyserver.DevStack;
using AtpKeyserver.Networking;
using AtpKeyserver.Observability;
using AtpKeyserver.Storage;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Perf.StorageClient;

/// <summary>Ways to read the same row, which has the columns of a group's head.</summary>
internal static class Variants
{
    private const string Partition = "g0123456789abcdef0123456789abcdef";
    private const string Row = "head~01234567";

    public static async Task<IReadOnlyList<Variant>> CreateAsync(
        AzuriteProcess azurite, CancellationToken cancellation)
    {
        var tables = new TableServiceClient(azurite.ConnectionString);
        await tables.GetTableClient(Tables.GroupsName).CreateAsync(cancellation);
        await tables.GetTableClient(Tables.GroupsName).AddEntityAsync(Head(), cancellation);

        return
        [
            new("HTTP and signature by hand, no parsing", ByHand(azurite).ReadAsync),
            new("official client, as it comes", Official(azurite, _ => { })),
            new("… without logging and tracing", Official(azurite, Quiet)),
            new("… without a timeout per attempt", Official(azurite, options =>
            {
                Quiet(options);
                options.Retry.NetworkTimeout = Timeout.InfiniteTimeSpan;
            })),
            new("… without retries", Official(azurite, options =>
            {
                Quiet(options);
                options.RetryPolicy = new NoRetries();
            })),
            new("… without the client request id", Official(azurite, options =>
            {
                Quiet(options);
                options.AddPolicy(new WithoutClientId(), HttpPipelinePosition.BeforeTransport);
            })),
            new("… without buffering the response", Official(azurite, options =>
            {
                Quiet(options);
                options.AddPolicy(new Unbuffered(), HttpPipelinePosition.PerCall);
            })),
            new("… into a class instead of a dictionary", Typed(azurite)),
            new("… the app's connections", Official(azurite, options =>
            {
                Quiet(options);
                options.Transport = OperatorTransport.Create(
                    new OperatorConnector(), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(2));
            })),
            new("… connections without trace headers", Official(azurite, options =>
            {
                Quiet(options);
                options.Transport = new HttpClientTransport(new HttpClient(
                    new SocketsHttpHandler { ActivityHeadersPropagator = null, UseCookies = false }));
            })),
            new("… a read that throws if there is no row", Throwing(azurite)),
            new("the app's client", App(azurite)),
        ];
    }

    /// <summary>As long as a group's head.</summary>
    private static TableEntity Head() => new(Partition, Row)
    {
        ["State"] = "active",
        ["GroupId"] = "did:plc:ewvi7nxzyoun6zhxrhs64oiz#friends",
        ["Incarnation"] = 1,
        ["Epoch"] = 17L,
        ["Created"] = 1_800_000_000_000L,
        ["LastLeft"] = 0L,
        ["Generation"] = 1,
        ["ChangeId"] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
        ["Version"] = 1,
        ["VersionCreated"] = 1_800_000_000_000L,
        ["Sealed"] = RandomNumberGenerator.GetBytes(77),
        ["Mac"] = RandomNumberGenerator.GetBytes(32),
    };

    private static void Quiet(TableClientOptions options)
    {
        options.Diagnostics.IsLoggingEnabled = false;
        options.Diagnostics.IsDistributedTracingEnabled = false;
    }

    private static TableClient Client(AzuriteProcess azurite, Action<TableClientOptions> change)
    {
        var options = new TableClientOptions();
        change(options);
        return new TableClient(azurite.ConnectionString, Tables.GroupsName, options);
    }

    private static Func<Task> Official(AzuriteProcess azurite, Action<TableClientOptions> change)
    {
        var client = Client(azurite, change);
        return () => client.GetEntityIfExistsAsync<TableEntity>(Partition, Row);
    }

    private static Func<Task> Typed(AzuriteProcess azurite)
    {
        var client = Client(azurite, Quiet);
        return () => client.GetEntityIfExistsAsync<TypedHead>(Partition, Row);
    }

    private static Func<Task> Throwing(AzuriteProcess azurite)
    {
        var client = Client(azurite, Quiet);
        return () => client.GetEntityAsync<TableEntity>(Partition, Row);
    }

    private static SignedRead ByHand(AzuriteProcess azurite) => new(
        azurite.Endpoint, azurite.ConnectionString, $"{Tables.GroupsName}(PartitionKey='{Partition}',RowKey='{Row}')");

    private static Func<Task> App(AzuriteProcess azurite)
    {
        var services = new ServiceCollection()
            .AddMetrics()
            .AddSingleton(TimeProvider.System)
            .AddSingleton<KeyserverMetrics>()
            .AddSingleton(new OperatorConnector())
            .AddSingleton(Options.Create(new KeyserverOptions
            {
                Tables = { ConnectionString = azurite.ConnectionString },
            }))
            .AddStorage()
            .BuildServiceProvider();
        var groups = services.GetRequiredService<Tables>().Groups;
        return () => groups.GetAsync(Partition, Row, CancellationToken.None);
    }

    private sealed class NoRetries : RetryPolicy
    {
        public NoRetries()
            : base(maxRetries: 0)
        {
        }
    }

    private sealed class Unbuffered : HttpPipelineSynchronousPolicy
    {
        public override void OnSendingRequest(HttpMessage message) => message.BufferResponse = false;
    }

    private sealed class WithoutClientId : HttpPipelineSynchronousPolicy
    {
        public override void OnSendingRequest(HttpMessage message) =>
            message.Request.Headers.Remove("x-ms-client-request-id");
    }
}
