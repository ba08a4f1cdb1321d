using System.Collections.Concurrent;
using AtpKeyserver.Client;

namespace AtpKeyserver.DevStack.Walkthroughs;

/// <summary>Who plays, what they know by now, and the means to take one step.</summary>
internal sealed class Scene(
    XrpcClient keyserver, Pds pds, KeyserverClientOptions options, StackTerminal output, CancellationToken cancellation)
    : IDisposable
{
    private readonly ConcurrentDictionary<string, KeyserverClient> _clients = new();

    /// <summary>For calls that no good client makes.</summary>
    public XrpcClient Keyserver => keyserver;

    public Pds Pds => pds;

    public CancellationToken Cancellation => cancellation;

    public int Steps { get; private set; }

    public string KeyserverDid { get; set; } = "";

    public Person Alice { get; set; } = null!;

    public Person Bob { get; set; } = null!;

    public Person Mallory { get; set; } = null!;

    public string GroupId { get; set; } = "";

    /// <summary>An Alice of this run, who leaves at its end.</summary>
    public Person Leaver { get; set; } = null!;

    /// <summary>Her friend.</summary>
    public Person Friend { get; set; } = null!;

    /// <summary>Their group.</summary>
    public string Team { get; set; } = "";

    /// <summary>The group's keys by version, as the owner got them.</summary>
    public Dictionary<int, string> Keys { get; } = [];

    public string PostUri { get; set; } = "";

    public string PostText { get; set; } = "";

    public EncryptedContent EncryptedPost { get; set; } = null!;

    /// <summary>One step: tells what is done, does it, tells how it went.</summary>
    /// <param name="story">What happens, in a few words.</param>
    /// <param name="play">Does and checks it, and returns what came of it.</param>
    public async Task StepAsync(string story, Func<Task<string>> play)
    {
        output.StepBegins(story);
        try
        {
            var outcome = await play();
            Steps++;
            output.StepDone(outcome);
        }
        catch (Exception e) when (e is HttpRequestException or KeyserverException or DecryptionFailedException)
        {
            output.StepFailed();
            throw new StepFailedException($"{story}: {e.Message}");
        }
        catch (StepFailedException e)
        {
            output.StepFailed();
            throw new StepFailedException($"{story}: {e.Message}");
        }
    }

    /// <summary>The keyserver as an app of this person uses it.</summary>
    public KeyserverClient Of(Person person) => _clients.GetOrAdd(person.Did, _ => new KeyserverClient(
        KeyserverDid,
        PdsSession.Resume(pds.Origin, person.Did, person.AccessToken, options: options).GetServiceTokenAsync, options));

    /// <summary>As anybody's app does, without a token.</summary>
    public KeyserverClient OfNobody() => _clients.GetOrAdd("", _ => KeyserverClient.Anonymous(KeyserverDid, options));

    /// <summary>A call that is to be refused.</summary>
    /// <returns>How the refusal is told.</returns>
    public static async Task<string> RefusedAsync<T>(string error, Func<Task> call) where T : KeyserverException
    {
        try
        {
            await call();
        }
        catch (T e)
        {
            Expect.Equal(error, e.ErrorName, "the refusal");
            return $"{e.Status} {e.ErrorName}";
        }

        throw new StepFailedException($"expected {error}, got an answer");
    }

    public Task<string> TokenAsync(Person person, string method) =>
        pds.TokenAsync(person, KeyserverDid, method, null, cancellation);

    /// <summary>The group's key as somebody may read it, in hex.</summary>
    /// <param name="reader">The owner or a member.</param>
    /// <param name="version">The version that is to come.</param>
    /// <param name="ask">Whether to ask for that version; else for the active one.</param>
    public async Task<string> GroupKeyAsync(Person reader, int version, bool ask = false)
    {
        using var key = await Of(reader).Groups.GetKeyAsync(GroupId, ask ? version : null, cancellation);
        Expect.Equal(version, key.Version, "the version");
        return Convert.ToHexStringLower(key.Key);
    }

    /// <summary>The same, and it must be the key that the owner has.</summary>
    public async Task<string> SameGroupKeyAsync(Person reader, int version, bool ask = false)
    {
        var key = await GroupKeyAsync(reader, version, ask);
        Expect.That(key == Keys[version], $"the key that Alice has, {Short.Of(Keys[version])}", Short.Of(key));
        return $"version {version}, the same key {Short.Of(key)}";
    }

    public Task<string> DecryptPostAsync(Person reader, string uri) =>
        Of(reader).Content.DecryptTextAsync(
            GroupId, uri, EncryptedPost.Ciphertext, EncryptedPost.KeyVersion, cancellation);

    public Task<string> RefusedGroupKeyAsync(Person reader) => RefusedAsync<LostAccessException>(
        KeyserverErrors.Forbidden, () => Of(reader).Groups.GetKeyAsync(GroupId, cancellation: cancellation));

    /// <summary>Their keys leave the memory.</summary>
    public void Dispose()
    {
        foreach (var client in _clients.Values)
            client.Dispose();
    }
}
