using System.Security.Cryptography;

namespace AtpKeyserver.DevStack.Walkthroughs.Chapters;

/// <summary>The owner's first key read creates the group.</summary>
internal sealed class GroupCreation : IChapter
{
    public string Title => "A new group";

    public async Task PlayAsync(Scene scene)
    {
        var name = $"friends-{RandomNumberGenerator.GetHexString(6, lowercase: true)}";
        scene.GroupId = $"{scene.Alice.Did}#{name}";
        await scene.StepAsync($"Alice asks for the key of her group {name}", async () =>
        {
            scene.Keys[1] = await scene.GroupKeyAsync(scene.Alice, version: 1);
            return $"created: version 1, key {Short.Of(scene.Keys[1])}";
        });
        await scene.StepAsync("Alice asks again", () => scene.SameGroupKeyAsync(scene.Alice, version: 1));
    }
}
