using System.Text.Json.Nodes;

namespace AtpKeyserver.DevStack.Walkthroughs.Chapters;

/// <summary>A new version for what comes, the old one for what was.</summary>
internal sealed class Rotation : IChapter
{
    public string Title => "A new key";

    public async Task PlayAsync(Scene scene)
    {
        await scene.StepAsync("Alice rotates the key", async () =>
        {
            var input = new JsonObject { ["group_id"] = scene.GroupId, ["reason"] = "walkthrough", ["expected_version"] = 1 };
            var answer = await scene.ProcedureAsync(scene.Alice, Nsid.RotateGroupKey, input);
            answer.Is(200).Says("groupId", scene.GroupId).Says("oldVersion", 1).Says("newVersion", 2);
            scene.Keys[2] = await scene.GroupKeyAsync(scene.Alice, version: 2);
            Expect.That(scene.Keys[2] != scene.Keys[1], "another key than version 1", "the same");
            return $"version 2, key {Short.Of(scene.Keys[2])}";
        });
        await scene.StepAsync("Bob asks for the key", () => scene.SameGroupKeyAsync(scene.Bob, version: 2));
        await scene.StepAsync("Bob asks for version 1", () => scene.SameGroupKeyAsync(scene.Bob, version: 1, ask: true));
        await scene.StepAsync("Bob reads the old post with it", async () =>
        {
            var key = await scene.GroupKeyAsync(scene.Bob, version: 1, ask: true);
            Expect.Equal(scene.PostText, Post.Decrypt(key, scene.PostUri, scene.EncryptedPost), "the post to read");
            return $"“{scene.PostText}”";
        });
    }
}
