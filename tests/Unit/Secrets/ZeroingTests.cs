using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using AtpKeyserver.Crypto;
using AtpKeyserver.Functions.Xrpc;
using Microsoft.AspNetCore.Http;

namespace AtpKeyserver.Tests.Unit.Secrets;

/// <summary>Keeps references to buffers that held a secret and checks them after their owner releases them.</summary>
public sealed class ZeroingTests
{
    private static readonly Binding s_place = new("groups", "partition", "row", Version: 1, Generation: 1);

    [Fact]
    public void An_opened_secret_is_zeroed_when_disposed()
    {
        var key = new SealingKey(RandomNumberGenerator.GetBytes(32), number: 1);
        var plaintext = RandomNumberGenerator.GetBytes(32);
        var opened = key.Open(SealPurpose.GroupKey, s_place, key.Seal(SealPurpose.GroupKey, s_place, plaintext));
        var bytes = opened.Reveal();
        Assert.Equal(plaintext, bytes.ToArray());
        opened.Dispose();
        Assert.False(bytes.ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void A_new_secret_is_zeroed_when_disposed()
    {
        var random = Secret.Random();
        var bytes = random.Reveal();
        Assert.Equal(32, bytes.Length);
        Assert.True(bytes.ContainsAnyExcept((byte)0));
        random.Dispose();
        Assert.False(bytes.ContainsAnyExcept((byte)0));
    }

    /// <summary>The collector copies young objects; pinned ones are allocated in the oldest generation.</summary>
    [Fact]
    public void A_key_is_pinned() => Assert.Equal(GC.MaxGeneration, GC.GetGeneration(Secret.NewKey(32)));

    [Theory]
    [InlineData(10)]
    [InlineData(5000)]
    public void A_response_buffer_is_zeroed_when_released(int length)
    {
        var held = new List<Memory<byte>>();
        using (var buffer = new ClearedBuffer())
        {
            foreach (var letter in Encoding.UTF8.GetBytes(new string('k', length)))
            {
                // All arrays that it ever used, including those it outgrew.
                var memory = buffer.GetMemory(1);
                memory.Span[0] = letter;
                held.Add(memory[..1]);
                buffer.Advance(1);
            }

            Assert.Equal(length, buffer.Written.Length);
        }

        Assert.All(held, memory => Assert.Equal(0, memory.Span[0]));
    }

    [Fact]
    public void A_web_server_buffer_is_zeroed_and_returned_once()
    {
        using var pool = new ClearedMemoryPool.Factory().Create();
        var lease = pool.Rent();
        var memory = lease.Memory;
        memory.Span.Fill(7);
        lease.Dispose();
        Assert.False(memory.Span.ContainsAnyExcept((byte)0));

        lease.Dispose();
        using var one = pool.Rent();
        using var other = pool.Rent();
        one.Memory.Span.Fill(1);
        other.Memory.Span.Fill(2);
        Assert.False(one.Memory.Span.ContainsAnyExcept((byte)1));
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(pool.MaxBufferSize + 1));
    }

    [Fact]
    public async Task A_request_body_buffer_is_zeroed_after_reading()
    {
        using var body = new WatchedBody("{\"token\": \"secret\"}"u8.ToArray());
        var context = new DefaultHttpContext();
        context.Request.Body = body;
        context.Request.ContentType = "application/json";
        var type = (JsonTypeInfo<JsonObject>)JsonSerializerOptions.Web.GetTypeInfo(typeof(JsonObject));
        Assert.NotNull(await XrpcBody.ReadAsync(context.Request, type, XrpcBody.MaxLength, default));
        Assert.NotEmpty(body.Filled);
        Assert.All(body.Filled, buffer => Assert.False(buffer.Span.ContainsAnyExcept((byte)0)));
    }

    /// <summary>Keeps the buffers that it filled.</summary>
    private sealed class WatchedBody(byte[] content) : MemoryStream(content)
    {
        public List<Memory<byte>> Filled { get; } = [];

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var length = Read(buffer.Span);
            Filled.Add(buffer[..length]);
            return ValueTask.FromResult(length);
        }
    }
}
