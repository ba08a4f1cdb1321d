using AtpKeyserver.AccessLog;
using AtpKeyserver.Accounts;
using AtpKeyserver.Crypto;
using AtpKeyserver.DevStack;
using AtpKeyserver.Identifiers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;

namespace AtpKeyserver.Tests.EndToEnd.Support;

/// <summary>
/// Quickly writes rows that the app would take long to write, with the product's own classes and the app's keys.
/// </summary>
public sealed class Seeder : IAsyncDisposable
{
    private const int Writers = 400;

    private readonly ServiceProvider _services;
    private readonly KekAccess _vault;

    public Seeder(Stack stack)
    {
        _vault = new KekAccess(stack);
        var variables = stack.AppVariables.Where(
            variable => variable.Key.StartsWith("Keyserver__", StringComparison.OrdinalIgnoreCase))
            .ToDictionary(
                variable => variable.Key.Replace("__", ":", StringComparison.Ordinal), variable => variable.Value);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IHostEnvironment>(new HostingEnvironment { EnvironmentName = Environments.Development });
        services.AddKeyserver(new ConfigurationBuilder().AddInMemoryCollection(variables).Build());
        services.AddSingleton(_vault.Kek);
        _services = services.BuildServiceProvider();
    }

    /// <summary>
    /// Reads of an account's own keypair, each with a user agent of 3,000 characters: 3 KB per entry.
    /// </summary>
    public async Task AddReadsAsync(string account, int count)
    {
        Did.TryParse(account, allowLocalhost: true, out var did);
        var key = await _services.GetRequiredService<AccountKeys>().FindAsync(did, default);
        var read = new AccessEvent(account, AccessAction.Read, new Caller(did, UserAgent: new string('a', 3000)), 1);
        var log = _services.GetRequiredService<AccessLogWriter>();
        await Parallel.ForAsync(
            0,
            count,
            new ParallelOptions { MaxDegreeOfParallelism = Writers },
            async (_, cancellation) => await log.WriteAsync(read, key!, cancellation));
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _vault.Dispose();
    }
}
