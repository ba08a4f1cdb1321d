using System.Security.Cryptography;
using AtpKeyserver.DevStack;
using Xunit;

namespace AtpKeyserver.Tests.Support;

/// <summary>
/// An in-memory Azurite for a test collection. Each test assembly declares its collection: <c>[CollectionDefinition(…)]
/// public sealed class … : ICollectionFixture&lt;AzuriteFixture&gt;;</c>
/// </summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private AzuriteProcess? _process;

    /// <summary>The running process, for tests that kill and restart it.</summary>
    public AzuriteProcess Process => _process ?? throw new InvalidOperationException("Azurite has not been started.");

    public string ConnectionString => Process.ConnectionString;

    /// <summary>A table name that no other test uses.</summary>
    public static string NewTableName() => $"t{RandomNumberGenerator.GetHexString(16, lowercase: true)}";

    public async Task InitializeAsync() => _process = await AzuriteProcess.StartAsync();

    public async Task DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
    }
}
