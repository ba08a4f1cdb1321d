using System.Globalization;
using AtpKeyserver.DevStack;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd.Crashes;

/// <summary>An in-memory stack and instances of the app to kill. The next instance is started in advance.</summary>
public class CrashKeyserver : IAsyncLifetime
{
    private Task<WatchedInstance> _next = null!;

    /// <summary>A running instance that has accounts and memberships in its caches.</summary>
    internal Api Warm { get; private set; } = null!;

    internal Stack Stack { get; private set; } = null!;

    protected virtual string? DataFolder => null;

    public async Task InitializeAsync()
    {
        Stack = await Stack.StartAsync(new StackOptions
        {
            Environment = new Dictionary<string, string>(Timers.Off)
            {
                ["Keyserver__RateLimits__Enabled"] = "false",
                ["Keyserver__PublicCreationsPerHour"] = "100000",
            },
            DataFolder = DataFolder,
            DurableTables = DataFolder is not null,
        });
        Warm = new Api(Stack);
        _next = StartAsync();
    }

    public virtual async Task DisposeAsync()
    {
        await (await _next).DisposeAsync();
        Warm.Dispose();
        await Stack.DisposeAsync();
    }

    /// <summary>A new instance with empty caches.</summary>
    internal async Task<WatchedInstance> TakeAsync()
    {
        Task<WatchedInstance> taken;
        lock (Stack)
            (taken, _next) = (_next, StartAsync());
        return await taken;
    }

    /// <summary>A number from the environment.</summary>
    internal static int Number(string variable, int otherwise) => (int)Seed(variable, (ulong)otherwise);

    internal static ulong Seed(string variable, ulong otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? ulong.Parse(text, CultureInfo.InvariantCulture)
            : otherwise;

    private Task<WatchedInstance> StartAsync() => Task.Run(() => WatchedInstance.StartAsync(Stack, Stack.Azurite));
}

/// <summary>A stack that writes tables to disk before it acknowledges a change.</summary>
public sealed class DurableCrashKeyserver : CrashKeyserver
{
    private readonly string _folder = Directory.CreateTempSubdirectory("keyserver-crashes-").FullName;

    protected override string DataFolder => _folder;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
