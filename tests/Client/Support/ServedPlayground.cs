using AtpKeyserver.DevStack;

namespace AtpKeyserver.Tests.Client.Support;

/// <summary>The page of the playground, connected to the running app.</summary>
public sealed class ServedPlayground(RunningKeyserver running) : IAsyncLifetime
{
    private PlaygroundProcess? _process;

    public Uri Address => _process!.Address;

    public async Task InitializeAsync() => _process = await PlaygroundProcess.StartAsync(running.Stack);

    public async Task DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
    }
}
