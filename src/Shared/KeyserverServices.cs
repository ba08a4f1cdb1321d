using AtpKeyserver.Accounts;
using AtpKeyserver.Audit;
using AtpKeyserver.Auth;
using AtpKeyserver.Groups;
using AtpKeyserver.Identity;
using AtpKeyserver.Limits;
using AtpKeyserver.Maintenance;
using AtpKeyserver.Sealing;
using AtpKeyserver.Storage;
using AtpKeyserver.Telemetry;
using AtpKeyserver.Xrpc;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Identity;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AtpKeyserver;

/// <summary>Everything behind the doors, registered.</summary>
public static class KeyserverServices
{
    /// <summary>Under way at a time: enough for some 10,000 a second, and no storm of connections in a burst.</summary>
    private const int StorageCalls = 128;

    public static IServiceCollection AddKeyserver(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<KeyserverOptions>().Bind(configuration.GetSection(KeyserverOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<KeyserverOptions>, KeyserverOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<KillSwitch>(provider, configuration));
        services.AddSingleton<IMemoryPoolFactory<byte>, ClearedMemoryPool.Factory>();
        services.AddIdentity();
        services.AddServiceAuth();
        services.AddLimits();

        services.AddSingleton(CreateTables);
        services.AddSingleton(CreateKek);
        services.AddSingleton<KeyringTable>();
        services.AddSingleton<Keyring>();
        services.AddSingleton<KeyringRewrap>();
        services.AddSingleton<PartitionKeys>();
        services.AddSingleton<Cursors>();
        services.AddSingleton<AccountTable>();
        services.AddSingleton<AccountKeys>();
        services.AddSingleton<LogBatches>();
        services.AddSingleton<AccessLog>();
        services.AddSingleton<Unfinished>();
        services.AddSingleton<Deletions>();
        services.AddSingleton<AccessLogReader>();
        services.AddSingleton<PendingEvents>();
        services.AddSingleton<Health>();
        services.AddSingleton<ReplayGuard>();
        services.AddSingleton<Retention>();
        // They name the path and the query of each call, and the address of each request: DIDs and groups.
        services.AddLogging(logging => logging
            .AddFilter("Microsoft.AspNetCore", LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None)
            .AddFilter("System.Net.Http", LogLevel.Warning));
        services.AddMetrics();
        services.AddSingleton<KeyserverMetrics>();
        services.AddSingleton<TimerRuns>();
        TelemetryExport.AddTo(services, configuration);

        services.AddSingleton<GroupTable>();
        services.AddSingleton<GroupAccess>();
        services.AddSingleton<GroupWriter>();
        services.AddSingleton<GroupVersions>();
        services.AddSingleton<GroupCreation>();
        services.AddSingleton<GroupKeys>();
        services.AddSingleton<GroupRotation>();
        services.AddSingleton<Admission>();
        services.AddSingleton<AdditionBudget>();
        services.AddSingleton<GroupDepartures>();
        services.AddSingleton<GroupMembers>();
        services.AddSingleton<GroupDelegates>();
        services.AddSingleton<GroupPeople>();
        services.AddSingleton<GroupsOfAccount>();
        services.AddSingleton<GroupLog>();
        services.AddSingleton<Memberships>();
        services.AddSingleton<GroupSweep>();
        services.AddSingleton<GroupDeletion>();
        services.AddSingleton<GroupLeaving>();

        services.AddSingleton<KeypairTable>();
        services.AddSingleton<KeypairWriter>();
        services.AddSingleton<Keypairs>();
        services.AddSingleton<AccountSweep>();
        services.AddSingleton<AccountDeletion>();
        services.AddSingleton<KeypairLog>();
        services.AddSingleton<ExportPlaces>();
        services.AddSingleton<ExportedGroup>();
        services.AddSingleton<ExportDocument>();
        services.AddSingleton<AccountExport>();
        services.AddSingleton<PublicCreationBudget>();
        services.AddSingleton<PublicKeys>();

        services.AddSingleton<LongRuns>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<OperatorStart>(provider, configuration));
        services.AddSingleton<ShardKeyRotation>();
        services.AddSingleton<RotationOfEverything>();

        services.AddSingleton<XrpcErrors>();
        services.AddSingleton<CallerAdmission>();
        services.AddSingleton<XrpcPipeline>();
        return services;
    }

    /// <summary>What an operator wants to know of how this process was set up.</summary>
    public static void LogStart(this IServiceProvider services) => Log.VerifiesBy(
        services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(KeyserverServices)), AtprotoKey.Es256kLibrary);

    /// <summary>
    /// Does what the first caller would wait for while the host begins to listen: connects to storage and vault, and opens the root of the keyring.
    /// </summary>
    public static void BeginToOpenKeyring(this IServiceProvider services) =>
        _ = Task.Run(() => services.GetRequiredService<Keyring>().OpenRootAheadAsync());

    private static Tables CreateTables(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<KeyserverOptions>>().Value.Tables;
        // Azurite closes idle connections after 5 s: a pooled one must not be older.
        var transport = CreateTransport(
            services, idle: TimeSpan.FromSeconds(4), connectTimeout: TimeSpan.FromSeconds(2));
        var budget = new RetryBudget();
        var places = new PlacesPolicy(StorageCalls);
        var measured = new MeasuredPolicy("tables", services.GetRequiredService<KeyserverMetrics>());
        return new Tables(Client(retries: 2), Client(retries: 0), Client(retries: 2, seconds: 10), budget);

        TableServiceClient Client(int retries, int seconds = 2)
        {
            var client = new TableClientOptions { Transport = transport };
            client.AddPolicy(new ClockPolicy(TimeProvider.System), HttpPipelinePosition.PerCall);
            client.AddPolicy(places, HttpPipelinePosition.PerRetry);
            client.AddPolicy(measured, HttpPipelinePosition.PerRetry);
            client.AddPolicy(new OwnAnswersPolicy(), HttpPipelinePosition.PerRetry);
            client.RetryPolicy = new BudgetedRetries(budget, retries, TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(500));
            client.Retry.NetworkTimeout = TimeSpan.FromSeconds(seconds);
            client.Diagnostics.IsLoggingEnabled = false;
            client.Diagnostics.IsDistributedTracingEnabled = false;
            return options.ConnectionString.Length > 0
                ? new TableServiceClient(options.ConnectionString, client)
                : new TableServiceClient(new Uri(options.ServiceUri), Credential(emulatorToken: ""), client);
        }
    }

    private static Kek CreateKek(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<KeyserverOptions>>().Value.KeyVault;
        return new Kek(
            new Uri(options.KeyId),
            Credential(options.EmulatorToken),
            emulator: options.EmulatorToken.Length > 0,
            CreateTransport(services, idle: TimeSpan.FromMinutes(1), connectTimeout: TimeSpan.FromSeconds(3)),
            measured: new MeasuredPolicy("vault", services.GetRequiredService<KeyserverMetrics>()));
    }

    private static HttpClientTransport CreateTransport(
        IServiceProvider services, TimeSpan idle, TimeSpan connectTimeout)
    {
        var handler = services.GetRequiredService<OperatorConnector>().CreateHandler(connectTimeout);
        handler.PooledConnectionIdleTimeout = idle;
        handler.MaxConnectionsPerServer = StorageCalls;
        // Names may move while connections stay busy; and what is sent there never goes elsewhere.
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(5);
        handler.AllowAutoRedirect = false;
        handler.UseCookies = false;
        return new HttpClientTransport(new HttpClient(handler));
    }

    /// <summary>The app's own identity and nothing else: a chain that probes would cost seconds at start.</summary>
    private static TokenCredential Credential(string emulatorToken) => emulatorToken.Length > 0
        ? new EmulatorCredential(emulatorToken)
        : new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned);
}
