using System.Collections.Concurrent;
using AtpKeyserver.DevStack;
using AtpKeyserver.Emulators.Atproto;

namespace AtpKeyserver.Tests.Client.Support;

/// <summary>The app with everything it needs, once for all tests that want one.</summary>
public sealed class RunningKeyserver : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, string> _accessTokens = new();
    private int _people;

    public Stack Stack { get; private set; } = null!;

    public string Did { get; private set; } = null!;

    public Uri Pds => Stack.Atproto.Origin;

    public async Task InitializeAsync()
    {
        Stack = await Stack.StartAsync(new StackOptions
        {
            Environment = new Dictionary<string, string> { ["Keyserver__RateLimits__Enabled"] = "false" },
        });
        Did = $"did:web:localhost%3A{Stack.App.Port}";
    }

    public async Task DisposeAsync()
    {
        if (Stack is not null)
            await Stack.DisposeAsync();
    }

    public EmulatedAccount NewAccount()
    {
        var account = Stack.Atproto.CreateAccount($"somebody-{Interlocked.Increment(ref _people)}.test");
        _accessTokens[account.Did] = account.AccessToken;
        return account;
    }

    /// <summary>Of the account's session at its PDS.</summary>
    public string AccessToken(string did) => _accessTokens[did];

    /// <summary>Somebody new, logged in, with a client.</summary>
    public Person NewPerson(bool throughPds = false)
    {
        var account = NewAccount();
        var session = PdsSession.Resume(Pds, account.Did, account.AccessToken);
        return new Person(
            account.Did,
            session,
            throughPds
                ? KeyserverClient.ThroughPds(Did, session)
                : new KeyserverClient(Did, session.GetServiceTokenAsync));
    }

    public sealed record Person(string Did, PdsSession Session, KeyserverClient Keyserver) : IDisposable
    {
        public void Dispose()
        {
            Keyserver.Dispose();
            Session.Dispose();
        }
    }
}

[CollectionDefinition(Name)]
public sealed class OnRunningKeyserver : ICollectionFixture<RunningKeyserver>
{
    public const string Name = "running keyserver";
}
