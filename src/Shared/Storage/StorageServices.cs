using AtpKeyserver.Configuration;
using AtpKeyserver.Networking;
using AtpKeyserver.Observability;
using AtpKeyserver.Storage.Policies;
using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Storage;

internal static class StorageServices
{
    public static IServiceCollection AddStorage(this IServiceCollection services) => services
        .AddSingleton<IValidateOptions<KeyserverOptions>, ConnectionStringValidator>()
        .AddSingleton(CreateTables);

    private static Tables CreateTables(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<KeyserverOptions>>().Value.Tables;
        // Azurite closes idle connections after 5 s.
        var transport = OperatorTransport.Create(
            services.GetRequiredService<OperatorConnector>(),
            idle: TimeSpan.FromSeconds(4),
            connectTimeout: TimeSpan.FromSeconds(2));
        var budget = new RetryBudget();
        var concurrency = new ConcurrencyPolicy(OperatorTransport.MaxCalls);
        var metrics = new DependencyMetricsPolicy("tables", services.GetRequiredService<KeyserverMetrics>());
        return new Tables(Client(retries: 2), Client(retries: 0), Client(retries: 2, seconds: 10), budget);

        TableServiceClient Client(int retries, int seconds = 2)
        {
            var client = new TableClientOptions { Transport = transport };
            client.AddPolicy(new ClockPolicy(TimeProvider.System), HttpPipelinePosition.PerCall);
            client.AddPolicy(concurrency, HttpPipelinePosition.PerRetry);
            client.AddPolicy(metrics, HttpPipelinePosition.PerRetry);
            client.AddPolicy(new StorageResponsePolicy(), HttpPipelinePosition.PerRetry);
            client.RetryPolicy = new RetryBudgetPolicy(
                budget, retries, TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(500));
            client.Retry.NetworkTimeout = TimeSpan.FromSeconds(seconds);
            client.Diagnostics.IsLoggingEnabled = false;
            client.Diagnostics.IsDistributedTracingEnabled = false;
            return options.ConnectionString.Length > 0
                ? new TableServiceClient(options.ConnectionString, client)
                : new TableServiceClient(
                    new Uri(options.ServiceUri),
                    new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned),
                    client);
        }
    }
}
