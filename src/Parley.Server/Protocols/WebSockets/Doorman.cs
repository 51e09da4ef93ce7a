using Parley.Server.Auth;

namespace Parley.Server.Protocols.WebSockets;

/// <summary>The opening of a connection: asks for a token where one is needed, then says hello. Safe for concurrent calls.</summary>
internal sealed class Doorman(ProtocolContext context)
{
    /// <summary>Time that a client has to show its token.</summary>
    public static readonly TimeSpan TokenLimit = TimeSpan.FromSeconds(30);

    /// <summary>Lets a client in; false when it was turned away, and told so.</summary>
    public async Task<bool> AdmitAsync(ClientSession client, WeightedQueue<RawMessage> messages, CancellationToken cancellationToken)
    {
        if (context.Tokens is { } tokens)
        {
            // The time runs from the question on.
            using CancellationTokenSource late = new(TokenLimit, context.Clock);
            await client.SendAsync(context.Messages.AuthRequired());
            TokenCheck check = await CheckAsync(tokens, messages, late.Token, cancellationToken);
            if (check.User is not { } user)
            {
                context.Logger.AuthenticationFailed(client.ConnectionId, check.Problem);
                await client.SendAsync(context.Messages.Error(new Refusal(ErrorCodes.AuthFailed, $"认证失败: {check.Problem}")));
                return false;
            }

            client.Admit(user);
            await client.SendAsync(context.Messages.AuthSuccess(user));
        }
        else
        {
            client.Admit(user: null);
        }

        await client.SendAsync(context.Messages.Connected(client.ConnectionId));
        return true;
    }

    private static async Task<TokenCheck> CheckAsync(TokenValidator tokens, WeightedQueue<RawMessage> messages, CancellationToken late, CancellationToken cancellationToken)
    {
        using CancellationTokenSource wait = CancellationTokenSource.CreateLinkedTokenSource(late, cancellationToken);
        WeightedQueue<RawMessage>.Taken? taken;
        try
        {
            taken = await messages.TakeAsync(wait.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return TokenCheck.Failed($"no token came within {TokenLimit.TotalSeconds} s");
        }

        if (taken is null)
            return TokenCheck.Failed("the connection ended before a token came");
        using (taken)
        using (taken.Item)
            return await CheckAsync(tokens, taken.Item);
    }

    private static async Task<TokenCheck> CheckAsync(TokenValidator tokens, RawMessage raw)
    {
        using ClientMessage? message = ClientMessage.Read(raw, out _);
        if (message is null)
            return TokenCheck.Failed("the first message must be a JSON object");
        if (message.Type is not MessageTypes.Auth)
            return TokenCheck.Failed("the first message must be of type auth");
        string? token = new DataReader(message.Root).Text("token", TokenValidator.MaxLength) ?? new DataReader(message.Data).Text("token", TokenValidator.MaxLength);
        return token is null ? TokenCheck.Failed("the message has no token") : await tokens.CheckAsync(token);
    }
}
