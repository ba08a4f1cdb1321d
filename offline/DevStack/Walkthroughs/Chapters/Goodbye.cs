using System.Text.Json.Nodes;
using AtpKeyserver.Client;

namespace AtpKeyserver.DevStack.Walkthroughs.Chapters;

/// <summary>Exports and deletes an account.</summary>
internal sealed class Goodbye : IChapter
{
    public string Title => "Export and deletion";

    public async Task PlayAsync(Scene scene)
    {
        await scene.StepAsync("Alice exports her account", async () =>
        {
            var alice = scene.Of(scene.Leaver);
            (await alice.Keypairs.GetKeypairAsync(cancellation: scene.Cancellation)).Dispose();
            using var file = new MemoryStream();
            await alice.Account.ExportAsync(file, scene.Cancellation);
            var export = JsonNode.Parse(file.ToArray())!;
            Expect.Equal(scene.Leaver.Did, (string?)export["did"], "an export with the DID");
            var team = export["groupsOwned"]!.AsArray().Single()!;
            var (people, entries) = (team["members"]!.AsArray().Count, team["access_log"]!.AsArray().Count);
            Expect.Equal(2, people, "the number of members in the export");
            var keypairs = export["keypairVersions"]!.AsArray().Count;
            return $"{file.Length:N0} bytes: {keypairs} keypair, 1 group of {people}, {entries} log entries";
        });
        await scene.StepAsync("Alice deletes it", async () =>
        {
            return (await scene.Of(scene.Leaver).Account.DeleteAsync(
                KeyserverAccount.Confirmation, scene.Cancellation)).Status;
        });
        await scene.StepAsync("Bob asks for the key of her group", () => Scene.RefusedAsync<LostAccessException>(
            KeyserverErrors.Forbidden,
            () => scene.Of(scene.Friend).Groups.GetKeyAsync(scene.Team, cancellation: scene.Cancellation)));
        await scene.StepAsync("Alice asks for her keypair", () => Scene.RefusedAsync<GoneException>(
            KeyserverErrors.AccountDeleted,
            () => scene.Of(scene.Leaver).Keypairs.GetKeypairAsync(cancellation: scene.Cancellation)));
        await scene.StepAsync("An anonymous caller asks for her public key", () => Scene.RefusedAsync<GoneException>(
            KeyserverErrors.KeyVersionNotFound,
            () => scene.OfNobody().Keypairs.GetPublicKeyAsync(scene.Leaver.Did, cancellation: scene.Cancellation)));
    }
}
