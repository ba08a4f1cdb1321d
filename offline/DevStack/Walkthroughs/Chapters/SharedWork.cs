using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace AtpKeyserver.DevStack.Walkthroughs.Chapters;

/// <summary>An owner sees who did what, and need not do everything. People of this run only: they leave at its end.</summary>
internal sealed class SharedWork : IChapter
{
    public string Title => "Shared work, and who did it";

    public async Task PlayAsync(Scene scene)
    {
        // A deleted account rests for two hours: so each run has people of its own.
        var run = RandomNumberGenerator.GetHexString(6, lowercase: true);
        scene.Leaver = (await NewAsync(scene, $"alice-{run}")) with { Name = "Alice" };
        scene.Friend = (await NewAsync(scene, $"bob-{run}")) with { Name = "Bob" };
        scene.Team = $"{scene.Leaver.Did}#team";

        await scene.StepAsync("Another Alice and Bob: she makes a group, both read its key", async () =>
        {
            await KeyAsync(scene, scene.Leaver);
            await ProcedureAsync(scene, scene.Leaver, Nsid.AddMember, "member_did", scene.Friend.Did);
            await KeyAsync(scene, scene.Friend);
            return $"team of {Short.Did(scene.Leaver.Did)}";
        });
        await scene.StepAsync("Alice looks up who read it", async () =>
        {
            await FindAsync(scene, "read", scene.Leaver);
            return $"herself, and Bob at {(await FindAsync(scene, "read", scene.Friend))["accessed_at"]}";
        });
        await scene.StepAsync("Bob rotates the key", async () => (await RotateAsync(scene)).IsRefused(403, "Forbidden"));
        await scene.StepAsync("Alice lets him add members and rotate", async () =>
        {
            var input = new JsonObject
            {
                ["group_id"] = scene.Team, ["delegate_did"] = scene.Friend.Did, ["permissions"] = new JsonArray("add_member", "rotate_key"),
            };
            (await scene.ProcedureAsync(scene.Leaver, Nsid.AddDelegate, input)).Is(200).Says("status", "authorized");
            return "authorized";
        });
        await scene.StepAsync("Bob adds Mallory and rotates the key", async () =>
        {
            await ProcedureAsync(scene, scene.Friend, Nsid.AddMember, "member_did", scene.Mallory.Did);
            (await RotateAsync(scene)).Is(200).Says("newVersion", 2);
            return "added; version 2";
        });
        await scene.StepAsync("Alice's log says that it was Bob", async () =>
        {
            await FindAsync(scene, "add_member", scene.Friend);
            return $"rotate at {(await FindAsync(scene, "rotate", scene.Friend))["accessed_at"]}";
        });
    }

    private static Task<Person> NewAsync(Scene scene, string name) => scene.Pds.AccountAsync(name, "plc", "p256", scene.Cancellation);

    private static async Task KeyAsync(Scene scene, Person reader) =>
        (await scene.QueryAsync(reader, Nsid.GetGroupKey, ("group_id", scene.Team))).Is(200).Says("version", 1);

    private static async Task ProcedureAsync(Scene scene, Person caller, string method, string name, string value) =>
        (await scene.ProcedureAsync(caller, method, new JsonObject { ["group_id"] = scene.Team, [name] = value })).Is(200);

    private static Task<Answer> RotateAsync(Scene scene) =>
        scene.ProcedureAsync(scene.Friend, Nsid.RotateGroupKey, new JsonObject { ["group_id"] = scene.Team });

    private static async Task<JsonNode> FindAsync(Scene scene, string action, Person by)
    {
        var answer = await scene.QueryAsync(scene.Leaver, Nsid.GetGroupAccessLog, ("group_id", scene.Team), ("limit", "100"));
        return answer.Is(200).List("entries").FirstOrDefault(entry =>
                (string?)entry!["did"] == by.Did && (string?)entry["action"] == action && (string?)entry["outcome"] == "granted")
            ?? throw new StepFailedException($"expected an entry {action} by {by} in the log, got none");
    }
}
