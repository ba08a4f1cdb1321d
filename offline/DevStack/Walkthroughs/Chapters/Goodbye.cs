using System.Text.Json.Nodes;

namespace AtpKeyserver.DevStack.Walkthroughs.Chapters;

/// <summary>Whoever leaves takes their data with them, and nothing stays that could be read.</summary>
internal sealed class Goodbye : IChapter
{
    public string Title => "Alice takes her data and leaves";

    public async Task PlayAsync(Scene scene)
    {
        await scene.StepAsync("She exports her account", async () =>
        {
            (await scene.QueryAsync(scene.Leaver, Nsid.GetKeypair)).Is(200);
            var export = (await scene.QueryAsync(scene.Leaver, Nsid.ExportAccount)).Is(200).Says("did", scene.Leaver.Did);
            var team = export.List("groupsOwned").Single()!;
            var (people, entries) = (team["members"]!.AsArray().Count, team["access_log"]!.AsArray().Count);
            Expect.Equal(2, people, "members in the export");
            return $"{export.Length:N0} bytes: {export.List("keypairVersions").Count} keypair, 1 group of {people}, {entries} log entries, no secrets";
        });
        await scene.StepAsync("She deletes it", async () =>
        {
            var input = new JsonObject { ["confirmation"] = "DELETE_ALL_MY_DATA" };
            var answer = (await scene.ProcedureAsync(scene.Leaver, Nsid.DeleteAccount, input)).Is(200);
            return answer.Text("status");
        });
        await scene.StepAsync("Bob asks for the key of her group", async () =>
            (await scene.QueryAsync(scene.Friend, Nsid.GetGroupKey, ("group_id", scene.Team))).IsRefused(403, "Forbidden"));
        await scene.StepAsync("Alice asks for her keypair", async () =>
            (await scene.QueryAsync(scene.Leaver, Nsid.GetKeypair)).IsRefused(403, "AccountDeleted"));
        await scene.StepAsync("Anybody asks for her public key", async () =>
            (await scene.Keyserver.QueryAsync(Nsid.GetPublicKey, null, [("did", scene.Leaver.Did)], scene.Cancellation))
                .IsRefused(404, "KeyVersionNotFound"));
    }
}
