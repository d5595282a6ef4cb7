import { Type } from 'class-transformer'
import { IsString, ValidateNested } from 'class-validator'
import { Body, Controller, createApp, Get, Module, Post, Returns, ValidationPipe } from 'corbel'

class Item {
  @IsString() name: string
}

// what a file sees of a class whose file imports it, too early
const missing = undefined as unknown as typeof Item

class Order {
  @ValidateNested() @Type(() => missing) item: Item
  @IsString() note: string
}

const boot = (controller: new () => object): Promise<unknown> => {
  @Module({ controllers: [controller] })
  class Root {}
  return createApp(Root, { logger: false })
}

describe('a @Type that names no class', () => {
  it('fails the boot for the class of a parameter, also further in', async () => {
    class Cart {
      @ValidateNested() @Type(() => Order) order: Order
    }
    @Controller('carts')
    class Carts {
      @Post() create(@Body() cart: Cart): Cart {
        return cart
      }
    }
    await expect(boot(Carts)).rejects.toThrow(
      /CORBEL_VALIDATION_TYPE_UNKNOWN[^]*@Type on Order.item names no class \(undefined\), so nothing in it would be validated/,
    )
  })

  it('fails the boot for the class of a result', async () => {
    @Controller('orders')
    class Orders {
      @Returns(Order) @Get() find(): object {
        return {}
      }
    }
    await expect(boot(Orders)).rejects.toThrow(/@Type on Order.item names no class/)
  })

  it('fails the initialisation, where only a pipe knows the class', async () => {
    @Controller('orders')
    class Orders {
      @Post() create(@Body(new ValidationPipe({ expectedType: Order })) order: object): object {
        return order
      }
    }
    @Module({ controllers: [Orders] })
    class Root {}
    const app = await createApp(Root, { logger: false })
    await expect(app.init()).rejects.toThrow(/@Type on Order.item names no class/)
    await app.close()
  })

  it('is told for subtypes, and for functions that fail', async () => {
    class Shape {
      @IsString() kind: string
    }
    const subTypes = [
      { name: 'item', value: Item },
      { name: 'other', value: missing },
    ]
    class Drawing {
      @ValidateNested()
      @Type(() => Shape, { discriminator: { property: 'kind', subTypes } })
      shape: Shape
      @ValidateNested()
      @Type(() => {
        throw new ReferenceError("Cannot access 'Late' before initialization")
      })
      late: object
    }
    @Controller('drawings')
    class Drawings {
      @Post() create(@Body() drawing: Drawing): Drawing {
        return drawing
      }
    }
    const message = await boot(Drawings).catch((error: Error) => error.message)
    expect(message).toMatch(/@Type on Drawing.shape names no class \(undefined\)/)
    expect(message).toMatch(/@Type on Drawing.late names no class \(Cannot access 'Late' before/)
  })

  it('is not said of a function that looks at the object, nor of @Type() alone', async () => {
    class Open {
      @Type((help) => ((help?.object as { kind?: string } | undefined)?.kind === 'item' ? Item : missing))
      @ValidateNested()
      chosen: object
      @Type() @ValidateNested() declared: Item
    }
    @Controller('open')
    class Opens {
      @Post() create(@Body() open: Open): Open {
        return open
      }
    }
    const app = (await boot(Opens)) as { close(): Promise<void> }
    await app.close()
  })
})
