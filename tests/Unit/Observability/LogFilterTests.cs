using AtpKeyserver.Functions.Composition;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Tests.Unit.Observability;

/// <summary>
/// The framework's request logs contain paths and queries, so they are off whatever the host's default is.
/// </summary>
public sealed class LogFilterTests
{
    [Theory]
    [InlineData("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Critical, false)]
    [InlineData("Microsoft.AspNetCore.Routing.EndpointMiddleware", LogLevel.Information, false)]
    [InlineData("System.Net.Http.HttpClient.directory.LogicalHandler", LogLevel.Information, false)]
    [InlineData("AtpKeyserver.KeyManagement.Keyring", LogLevel.Information, true)]
    public void Categories_that_log_paths_are_off(string category, LogLevel level, bool isLogged)
    {
        using var everything = new Everything();
        using var services = new ServiceCollection()
            .AddLogging(logging => logging.AddProvider(everything))
            .AddKeyserver(new ConfigurationBuilder().Build())
            .AddXrpc()
            .BuildServiceProvider();
        Assert.Equal(isLogged, services.GetRequiredService<ILoggerFactory>().CreateLogger(category).IsEnabled(level));
    }

    private sealed class Everything : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new Open();

        public void Dispose()
        {
        }

        private sealed class Open : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(
                LogLevel logLevel, EventId eventId, TState state, Exception? exception,
                    Func<TState, Exception?, string> formatter)
            {
            }
        }
    }
}
