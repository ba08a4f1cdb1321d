using AtpKeyserver.DevStack;

namespace AtpKeyserver.Tests.EndToEnd.Support;

/// <summary>One running in-memory stack for a class of tests, with budgets too high to matter.</summary>
public class KeyserverFixture : IAsyncLifetime
{
    public Stack Stack { get; private set; } = null!;

    public Api Api { get; private set; } = null!;

    public virtual async Task InitializeAsync()
    {
        Stack = await Stack.StartAsync(new StackOptions { Environment = Settings, DataFolder = DataFolder });
        Api = new Api(Stack);
    }

    public virtual async Task DisposeAsync()
    {
        Api?.Dispose();
        if (Stack is not null)
            await Stack.DisposeAsync();
    }

    /// <summary>Null keeps everything in memory.</summary>
    protected virtual string? DataFolder => null;

    protected virtual IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["Keyserver__RateLimits__Enabled"] = "false",
    };
}
