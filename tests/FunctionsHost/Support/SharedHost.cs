namespace AtpKeyserver.Tests.FunctionsHost.Support;

/// <summary>One host for all tests that do not change it.</summary>
public sealed class SharedHost : IAsyncLifetime
{
    internal AppHost App { get; private set; } = null!;

    public async Task InitializeAsync() => App = await AppHost.StartAsync();

    public async Task DisposeAsync() => await App.DisposeAsync();
}
