using System.Collections.Concurrent;
using AtpKeyserver.Client;

namespace AtpKeyserver.DevStack.Walkthroughs;

/// <summary>The state of a walkthrough, and helpers for its steps.</summary>
internal sealed class Scene(
    XrpcClient keyserver, Pds pds, KeyserverClientOptions options, StackTerminal output, CancellationToken cancellation)
    : IDisposable
{
    private readonly ConcurrentDictionary<string, KeyserverClient> _clients = new();

    /// <summary>For invalid calls, which the client does not make.</summary>
    public XrpcClient Keyserver => keyserver;

    public Pds Pds => pds;

    public CancellationToken Cancellation => cancellation;

    public int Steps { get; private set; }

    public string KeyserverDid { get; set; } = "";

    public Person Alice { get; set; } = null!;

    public Person Bob { get; set; } = null!;

    public Person Mallory { get; set; } = null!;

    public string GroupId { get; set; } = "";

    /// <summary>A new Alice, whose account the last chapter deletes.</summary>
    public Person Leaver { get; set; } = null!;

    /// <summary>A new Bob.</summary>
    public Person Friend { get; set; } = null!;

    /// <summary>The group of both.</summary>
    public string Team { get; set; } = "";

    /// <summary>The group's keys by version, as read by the owner.</summary>
    public Dictionary<int, string> Keys { get; } = [];

    public string PostUri { get; set; } = "";

    public string PostText { get; set; } = "";

    public EncryptedContent EncryptedPost { get; set; } = null!;

    /// <summary>Runs one step and prints its description and result.</summary>
    /// <param name="story">A short description.</param>
    /// <param name="play">Runs and checks the step, and returns the result.</param>
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

    /// <summary>The client of this person's app.</summary>
    public KeyserverClient Of(Person person) => _clients.GetOrAdd(person.Did, _ => new KeyserverClient(
        KeyserverDid,
        PdsSession.Resume(pds.Origin, person.Did, person.AccessToken, options: options).GetServiceTokenAsync, options));

    /// <summary>A client without a token.</summary>
    public KeyserverClient OfNobody() => _clients.GetOrAdd("", _ => KeyserverClient.Anonymous(KeyserverDid, options));

    /// <summary>Checks that a call fails with this error.</summary>
    /// <returns>A description of the error.</returns>
    public static async Task<string> RefusedAsync<T>(string error, Func<Task> call) where T : KeyserverException
    {
        try
        {
            await call();
        }
        catch (T e)
        {
            Expect.Equal(error, e.ErrorName, "the error");
            return $"{e.Status} {e.ErrorName}";
        }

        throw new StepFailedException($"expected {error}, but the call succeeded");
    }

    public Task<string> TokenAsync(Person person, string method) =>
        pds.TokenAsync(person, KeyserverDid, method, null, cancellation);

    /// <summary>Reads the group's key, in hex.</summary>
    /// <param name="reader">The owner or a member.</param>
    /// <param name="version">The expected version.</param>
    /// <param name="ask">Whether to request this version instead of the active one.</param>
    public async Task<string> GroupKeyAsync(Person reader, int version, bool ask = false)
    {
        using var key = await Of(reader).Groups.GetKeyAsync(GroupId, ask ? version : null, cancellation);
        Expect.Equal(version, key.Version, "the version");
        return Convert.ToHexStringLower(key.Key);
    }

    /// <summary>Reads the group's key and checks that it is the owner's.</summary>
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

    /// <summary>Removes the clients' keys from memory.</summary>
    public void Dispose()
    {
        foreach (var client in _clients.Values)
            client.Dispose();
    }
}
