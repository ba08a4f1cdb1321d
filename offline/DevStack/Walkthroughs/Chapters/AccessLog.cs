using System.Text.Json.Nodes;

namespace AtpKeyserver.DevStack.Walkthroughs.Chapters;

/// <summary>Who asked for what is on record, for the owner to read.</summary>
internal sealed class AccessLog : IChapter
{
    public string Title => "The record";

    public async Task PlayAsync(Scene scene)
    {
        JsonArray entries = [];
        await scene.StepAsync("Alice reads the group's access log", async () =>
        {
            var answer = await scene.QueryAsync(scene.Alice, Nsid.GetGroupAccessLog, ("group_id", scene.GroupId), ("limit", "100"));
            entries = answer.Is(200).List("entries");
            return $"{entries.Count} entries";
        });
        await scene.StepAsync("It says that Bob read version 1", () => FindAsync(entries, scene.Bob, "granted", version: 1));
        await scene.StepAsync("It says that Mallory was refused", () => FindAsync(entries, scene.Mallory, "denied"));
    }

    private static Task<string> FindAsync(JsonArray entries, Person reader, string outcome, int? version = null)
    {
        var entry = entries.FirstOrDefault(entry => (string?)entry!["did"] == reader.Did && (string?)entry["action"] == "read"
            && (string?)entry["outcome"] == outcome && (version is null || (int?)entry["version"] == version));
        Expect.That(entry is not null, $"an entry of a read by {reader}, {outcome}", "none");
        return Task.FromResult($"{entry!["action"]}, {outcome}, {entry["accessed_at"]}");
    }
}
