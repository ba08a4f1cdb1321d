namespace AtpKeyserver.DevStack.Walkthroughs.Chapters;

/// <summary>Introduces the accounts and the keyserver.</summary>
internal sealed class Cast : IChapter
{
    public string Title => "The participants";

    public async Task PlayAsync(Scene scene)
    {
        await scene.StepAsync("The keyserver's DID document has its address", async () =>
        {
            var document = (await scene.Keyserver.DidDocumentAsync(scene.Cancellation)).Is(200);
            scene.KeyserverDid = document.Text("id");
            var service = document.List("service")[0]!;
            Expect.Equal("AtpKeyserver", (string?)service["type"], "a service with the type");
            return $"{scene.KeyserverDid}, {service["serviceEndpoint"]}";
        });
        await scene.StepAsync("Alice, an account with a secp256k1 key", async () =>
            Short.Did((scene.Alice = await AccountAsync(scene, "Alice", "plc", "secp256k1")).Did));
        await scene.StepAsync("Bob, an account with a P-256 key", async () =>
            Short.Did((scene.Bob = await AccountAsync(scene, "Bob", "plc", "p256")).Did));
        await scene.StepAsync("Mallory, an account with a did:web", async () =>
            Short.Did((scene.Mallory = await AccountAsync(scene, "Mallory", "web", "secp256k1")).Did));
    }

    private static Task<Person> AccountAsync(Scene scene, string name, string method, string curve) =>
        scene.Pds.AccountAsync(name, method, curve, scene.Cancellation);
}
