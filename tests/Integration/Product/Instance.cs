using AtpKeyserver.Groups;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;
using AtpKeyserver.Tests.Integration.Emulators;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;

namespace AtpKeyserver.Tests.Integration.Product;

/// <summary>The product's services in this process.</summary>
public sealed class Instance : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public Instance(
        Backing backing,
        HttpPipelineTransport? storage,
        HttpPipelineTransport? vault,
        IReadOnlyDictionary<string, string?>? settings = null)
        : this(backing.ConnectionString, storage, backing.KeyId, vault ?? backing.VaultTransport, backing.Clock,
            settings)
    {
    }

    /// <param name="connectionString">The connection string of the storage.</param>
    /// <param name="storage">Null for a working one.</param>
    /// <param name="keyId">The KEK.</param>
    /// <param name="vault">The transport to the vault.</param>
    /// <param name="clock">The product's clock.</param>
    /// <param name="settings">Override the defaults here, such as <c>Keyserver:RateLimits:Enabled</c>.</param>
    public Instance(
        string connectionString,
        HttpPipelineTransport? storage,
        Uri keyId,
        HttpPipelineTransport vault,
        TimeProvider clock,
        IReadOnlyDictionary<string, string?>? settings = null)
    {
        Configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Keyserver:RateLimits:Enabled"] = "false",
            ["Keyserver:Did"] = "did:web:keyserver.example.com",
            ["Keyserver:PublicOrigin"] = "https://keyserver.example.com",
            ["Keyserver:Tables:ConnectionString"] = connectionString,
            ["Keyserver:MaintenancePerSecond"] = "10000",
            ["Keyserver:KeyVault:KeyId"] = keyId.ToString(),
        }).AddInMemoryCollection(settings ?? new Dictionary<string, string?>()).Build();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IHostEnvironment>(new HostingEnvironment { EnvironmentName = Environments.Development });
        services.AddSingleton(clock);
        services.AddKeyserver(Configuration);
        services.AddSingleton(new Tables(Client(), Client()));
        services.AddSingleton(new Kek(keyId, new EmulatorCredential(KeyVaultClient.Token), emulator: true, vault));
        _services = services.BuildServiceProvider();

        TableServiceClient Client()
        {
            var options = new TableClientOptions();
            options.Retry.MaxRetries = 0;
            if (storage is not null)
                options.Transport = storage;
            return new TableServiceClient(connectionString, options);
        }
    }

    public IConfigurationRoot Configuration { get; }

    public T Get<T>()
        where T : notnull =>
        _services.GetRequiredService<T>();

    public async Task<(string Key, int Version)> ReadAsync(string caller, string group, int? version = null)
    {
        var (secret, found) = await Get<GroupKeys>()
            .GetAsync(CallerOf(caller), Id(group), version, isProbe: false, default);
        using (secret)
            return (Convert.ToHexStringLower(secret.Reveal()), found);
    }

    public Task AddAsync(string owner, string group, string member) =>
        Get<MemberAdditions>().AddAsync(CallerOf(owner), Id(group), DidOf(member), default);

    public static Caller CallerOf(string did) => new(DidOf(did));

    public static Did DidOf(string text) =>
        Did.TryParse(text, allowLocalhost: false, out var did) ? did : throw new ArgumentException(text);

    public static GroupId Id(string text) =>
        GroupId.TryParse(text, allowLocalhost: false, out var id) ? id : throw new ArgumentException(text);

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
