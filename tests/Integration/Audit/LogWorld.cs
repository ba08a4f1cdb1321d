using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using AtpKeyserver.AccessLog;
using AtpKeyserver.AccessLog.Rows;
using AtpKeyserver.Configuration;
using AtpKeyserver.Crypto;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Observability;
using AtpKeyserver.Storage;
using AtpKeyserver.Tests.Integration.Support;
using AtpKeyserver.Tests.Support;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Tests.Integration.Audit;

/// <summary>The access log on Azurite with its own clock and a subject that no other test uses.</summary>
internal sealed class LogWorld : IAsyncDisposable
{
    // All worlds share one Azurite and therefore one keyring.
    private static readonly StubVault Vault = new();

    private static int _subjects;

    private readonly ServiceProvider _services;
    private readonly ILoggerFactory _loggers;
    private readonly MeterListener _meters = new();
    private long _lost;

    public LogWorld(AzuriteFixture azurite, DateTimeOffset now, bool strict = true)
    {
        Clock = new FakeClock(now);
        var options = Options.Create(new KeyserverOptions { AccessLog = new AccessLogOptions { Strict = strict } });
        var client = new TableClientOptions { Transport = new HttpClientTransport(Door), Retry = { MaxRetries = 0 } };
        Service = new TableServiceClient(azurite.ConnectionString, client);
        Tables = new Tables(Service, Service);
        _loggers = LoggerFactory.Create(logging => logging.AddProvider(Lines));
        _services = new ServiceCollection().AddMetrics().AddSingleton<KeyserverMetrics>().BuildServiceProvider();
        _meters.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "keyserver.accesslog.lost")
                self.EnableMeasurementEvents(instrument);
        };
        _meters.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref _lost, value));
        _meters.Start();
        var kek = new Kek(Vault.Key, new StubCredential(), emulator: false, Vault.Server.Transport);
        var keyringTable = new KeyringTable(Tables, kek, Clock, _loggers.CreateLogger<KeyringTable>());
        var killSwitch = new KillSwitch(new ConfigurationBuilder().Build(), _loggers.CreateLogger<KillSwitch>());
        var keyring = new Keyring(keyringTable, killSwitch, options, _loggers.CreateLogger<Keyring>());
        Batches = new LogBatches(
            _services.GetRequiredService<KeyserverMetrics>(), Clock, _loggers.CreateLogger<LogBatches>());
        Drained = new DrainedEvents(Clock, _loggers.CreateLogger<DrainedEvents>());
        Log = new AccessLogWriter(Tables, keyring, Batches, Drained, options, Clock);
        Reader = new AccessLogReader(Tables, new Cursors(keyring), options, Clock);
        Events = new PendingEvents(Tables, Log, Drained, Clock, _loggers.CreateLogger<PendingEvents>());
        Retention = new AccessLogRetention(
            Tables, options, Clock, _services.GetRequiredService<KeyserverMetrics>(),
                _loggers.CreateLogger<AccessLogRetention>());
    }

    public StorageInterceptor Door { get; } = new();

    public FakeClock Clock { get; }

    public TableServiceClient Service { get; }

    public Tables Tables { get; }

    public LogBatches Batches { get; }

    public DrainedEvents Drained { get; }

    public AccessLogWriter Log { get; }

    public AccessLogReader Reader { get; }

    public PendingEvents Events { get; }

    public AccessLogRetention Retention { get; }

    public LogLines Lines { get; } = new();

    public long Lost => Interlocked.Read(ref _lost);

    public string Subject { get; } = $"did:web:subject{Interlocked.Increment(ref _subjects)}.example.com";

    public SealingKey Key { get; } = new(RandomNumberGenerator.GetBytes(32), number: 1);

    public string Stem => LogRow.Stem(Key, Subject);

    /// <summary>A read by an account of this name.</summary>
    public AccessEvent Read(string by) => new(Subject, AccessAction.Read, new Caller(Did(by)), Version: 1);

    /// <summary>Writes rows with these times; the caller's name identifies each.</summary>
    public async Task SeedAsync(IEnumerable<(DateTimeOffset At, string By)> rows, SealingKey? key = null)
    {
        foreach (var day in rows.GroupBy(row => Tables.AccessLog(row.At)))
        {
            var sealedRows = day.Select(row => LogRow.Seal(
                day.Key.Name,
                LogRow.PartitionOf(Stem),
                LogRow.Key(Stem, row.At, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))),
                LogRow.Details(Read(row.By), AccessNames.Granted),
                key ?? Key).Row);
            foreach (var chunk in sealedRows.Chunk(100))
                await day.Key.PutAllAsync(chunk, CancellationToken.None);
        }
    }

    public Task<LogPage> PageAsync(int limit, string? cursor = null) =>
        Reader.ReadAsync(Subject, Key, limit, cursor, CancellationToken.None);

    /// <summary>The names of the callers, page by page.</summary>
    public async Task<List<string>> PagesAsync(int limit, Func<Task>? between = null)
    {
        var read = new List<string>();
        string? cursor = null;
        do
        {
            var page = await PageAsync(limit, cursor);
            Assert.InRange(page.Entries.Count, 0, limit);
            read.AddRange(page.Entries.Select(Name));
            cursor = page.Cursor;
            if (between is not null)
                await between();
        }
        while (cursor is not null);
        return read;
    }

    public async Task<List<string>> AllAsync() =>
        await Reader.ReadAllAsync(Subject, Key, CancellationToken.None).SelectMany(entries => entries.Select(Name))
            .ToListAsync();

    public static string Name(LogEntry entry) => entry.Did["did:web:".Length..^".example.com".Length];

    public async ValueTask DisposeAsync()
    {
        await Batches.DisposeAsync();
        Log.Dispose();
        _meters.Dispose();
        _loggers.Dispose();
        _services.Dispose();
        Door.Dispose();
    }

    private static Did Did(string name) =>
        Identifiers.Did.TryParse($"did:web:{name}.example.com", allowLocalhost: false, out var did)
            ? did
            : throw new ArgumentException(name);
}
