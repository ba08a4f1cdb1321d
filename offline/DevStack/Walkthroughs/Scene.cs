using System.Text.Json.Nodes;

namespace AtpKeyserver.DevStack.Walkthroughs;

/// <summary>Who plays, what they know by now, and the means to take one step.</summary>
internal sealed class Scene(XrpcClient keyserver, Pds pds, StackTerminal output, CancellationToken cancellation)
{
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

    public string EncryptedPost { get; set; } = "";

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
        catch (HttpRequestException e)
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

    /// <summary>A query with a fresh token of its caller.</summary>
    public async Task<Answer> QueryAsync(Person caller, string method, params IEnumerable<(string Name, string Value)> parameters) =>
        await keyserver.QueryAsync(method, await TokenAsync(caller, method), parameters, cancellation);

    /// <summary>A procedure with a fresh token of its caller.</summary>
    public async Task<Answer> ProcedureAsync(Person caller, string method, JsonObject input) =>
        await keyserver.ProcedureAsync(method, await TokenAsync(caller, method), input, cancellation);

    public Task<string> TokenAsync(Person person, string method) => pds.TokenAsync(person, KeyserverDid, method, null, cancellation);

    /// <summary>The group's key as somebody may read it, checked for its form.</summary>
    /// <param name="reader">The owner or a member.</param>
    /// <param name="version">The version that is to come.</param>
    /// <param name="ask">Whether to ask for that version; else for the active one.</param>
    public async Task<string> GroupKeyAsync(Person reader, int version, bool ask = false)
    {
        (string, string)[] asked = ask ? [("version", $"{version}")] : [];
        var answer = await QueryAsync(reader, Nsid.GetGroupKey, [("group_id", GroupId), .. asked]);
        answer.Is(200).Says("groupId", GroupId).Says("version", version);
        return Expect.Key(answer.Text("secretKey"), "a secretKey");
    }

    /// <summary>The same, and it must be the key that the owner has.</summary>
    public async Task<string> SameGroupKeyAsync(Person reader, int version, bool ask = false)
    {
        var key = await GroupKeyAsync(reader, version, ask);
        Expect.That(key == Keys[version], $"the key that Alice has, {Short.Of(Keys[version])}", Short.Of(key));
        return $"version {version}, the same key {Short.Of(key)}";
    }

    public async Task<string> RefusedGroupKeyAsync(Person reader) =>
        (await QueryAsync(reader, Nsid.GetGroupKey, [("group_id", GroupId)])).IsRefused(403, "Forbidden");
}
